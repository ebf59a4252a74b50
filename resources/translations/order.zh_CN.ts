<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>CertificateView</name>
    <message>
        <source>Agreed</source>
        <translation>协议期</translation>
    </message>
    <message>
        <source>Discount</source>
        <translation>折扣</translation>
    </message>
    <message>
        <source>Floor price</source>
        <translation>底价</translation>
    </message>
    <message>
        <source>From</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Go to a line to see why it costs what it costs.</source>
        <translation>选中一行，即可查看其价格依据。</translation>
    </message>
    <message>
        <source>Known and checked at the office only.</source>
        <translation>仅总部掌握并核对。</translation>
    </message>
    <message>
        <source>List price</source>
        <translation>刊例价</translation>
    </message>
    <message>
        <source>No rate is set.</source>
        <translation>未设税率。</translation>
    </message>
    <message>
        <source>Nothing is known about this price.</source>
        <translation>没有此价格的依据。</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>单价</translation>
    </message>
    <message>
        <source>Price list</source>
        <translation>价目表</translation>
    </message>
    <message>
        <source>Priced for</source>
        <translation>计价日期</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>产品</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>起订量</translation>
    </message>
    <message>
        <source>Tax</source>
        <translation>税</translation>
    </message>
    <message>
        <source>You may give</source>
        <translation>可给折扣</translation>
    </message>
    <message>
        <source>from {quantity}</source>
        <translation>{quantity} 起</translation>
    </message>
    <message>
        <source>since {begins}</source>
        <translation>自 {begins} 起</translation>
    </message>
    <message>
        <source>until {ends}</source>
        <translation>至 {ends}</translation>
    </message>
    <message>
        <source>up to {rate}</source>
        <translation>最高 {rate}</translation>
    </message>
    <message>
        <source>{begins} to {ends}</source>
        <translation>{begins} 至 {ends}</translation>
    </message>
    <message>
        <source>{source}, instead of {price}</source>
        <translation>{source}，原价 {price}</translation>
    </message>
</context>
<context>
    <name>ChooseView</name>
    <message>
        <source>City</source>
        <translation>城市</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Customers</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>For whom is the order?</source>
        <translation>为哪位客户下单？</translation>
    </message>
    <message>
        <source>Last order</source>
        <translation>上次订单</translation>
    </message>
    <message>
        <source>Name, pinyin, phone or code of the customer</source>
        <translation>客户名称、拼音、电话或编码</translation>
    </message>
    <message>
        <source>No customer found</source>
        <translation>没有找到客户</translation>
    </message>
    <message>
        <source>Phone</source>
        <translation>电话</translation>
    </message>
    <message>
        <source>Type another part of the name, or enter the customer first.</source>
        <translation>换一段名称试试，或先录入客户。</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>Add the lines of this customer&apos;s last order</source>
        <translation>加入该客户上一张订单的各行</translation>
    </message>
    <message>
        <source>Ask the order back from the office; it can be revised then</source>
        <translation>向总部要回订单，之后可以修改</translation>
    </message>
    <message>
        <source>Cancel order</source>
        <translation>取消订单</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Decide conflict</source>
        <translation>处理冲突</translation>
    </message>
    <message>
        <source>Give the order up for good</source>
        <translation>彻底放弃此订单</translation>
    </message>
    <message>
        <source>History of the order</source>
        <translation>订单历史</translation>
    </message>
    <message>
        <source>It was not sent yet: make it a draft again</source>
        <translation>尚未发送：恢复为草稿</translation>
    </message>
    <message>
        <source>Open the customer of this order</source>
        <translation>打开此订单的客户</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Print order</source>
        <translation>打印订单</translation>
    </message>
    <message>
        <source>Repeat last order</source>
        <translation>重复上一单</translation>
    </message>
    <message>
        <source>Revise</source>
        <translation>修改重报</translation>
    </message>
    <message>
        <source>Save as PDF</source>
        <translation>另存为 PDF</translation>
    </message>
    <message>
        <source>Save as PDF in Chinese</source>
        <translation>另存为中文 PDF</translation>
    </message>
    <message>
        <source>Save as PDF in English</source>
        <translation>另存为英文 PDF</translation>
    </message>
    <message>
        <source>Seal the order and hand it to the office</source>
        <translation>封存订单并交给总部</translation>
    </message>
    <message>
        <source>Submit order</source>
        <translation>提交订单</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>收回</translation>
    </message>
    <message>
        <source>Take line off</source>
        <translation>删除此行</translation>
    </message>
    <message>
        <source>Take the order up again as its next version</source>
        <translation>以新版本重新编写订单</translation>
    </message>
    <message>
        <source>Why this price</source>
        <translation>价格依据</translation>
    </message>
    <message>
        <source>Withdraw</source>
        <translation>撤回</translation>
    </message>
</context>
<context>
    <name>CreditCard</name>
    <message>
        <source>Left after this order</source>
        <translation>本单后余额</translation>
    </message>
    <message>
        <source>Limit</source>
        <translation>额度</translation>
    </message>
    <message>
        <source>No limit is set for this customer.</source>
        <translation>未给此客户设定额度。</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>未结</translation>
    </message>
    <message>
        <source>Prices and credit as of {time}</source>
        <translation>价格和额度截至{time}</translation>
    </message>
</context>
<context>
    <name>EntryView</name>
    <message>
        <source>Being saved …</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <source>Choose a product.</source>
        <translation>请选择产品。</translation>
    </message>
    <message>
        <source>Lines of the order</source>
        <translation>订单明细</translation>
    </message>
    <message>
        <source>New order</source>
        <translation>新订单</translation>
    </message>
    <message>
        <source>Not begun yet</source>
        <translation>尚未开始</translation>
    </message>
    <message>
        <source>Note on the order</source>
        <translation>订单备注</translation>
    </message>
    <message>
        <source>Returned by {name}: {reason}</source>
        <translation>{name} 退回：{reason}</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>已保存</translation>
    </message>
    <message>
        <source>Saved {time}</source>
        <translation>已保存 {time}</translation>
    </message>
    <message>
        <source>The office will look at this order. Press Ctrl+Enter again to submit it all the same.</source>
        <translation>总部会核查此订单。再按一次 Ctrl+Enter 仍然提交。</translation>
    </message>
</context>
<context>
    <name>Gathering</name>
    <message numerus="yes">
        <source>%n row(s) pasted</source>
        <translation>
            <numerusform>已粘贴 %n 行</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n to be mended</source>
        <translation>
            <numerusform>其中 %n 行需修正</numerusform>
        </translation>
    </message>
    <message>
        <source>Line taken off: {name}</source>
        <translation>已删除：{name}</translation>
    </message>
    <message>
        <source>Row {number}: no one product is found for “{text}”.</source>
        <translation>第 {number} 行：“{text}”没有唯一对应的产品。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>HeadForm</name>
    <message>
        <source>0% to 100%.</source>
        <translation>0% 至 100%。</translation>
    </message>
    <message>
        <source>Elsewhere</source>
        <translation>其他地点</translation>
    </message>
    <message>
        <source>Not a day.</source>
        <translation>不是日期。</translation>
    </message>
    <message>
        <source>Why it is given</source>
        <translation>为何给予</translation>
    </message>
</context>
<context>
    <name>LinesGrid</name>
    <message>
        <source>No one product is found for this. Choose it again, or take the line off.</source>
        <translation>没有唯一对应的产品。请重新选择，或删除此行。</translation>
    </message>
</context>
<context>
    <name>Order</name>
    <message>
        <source>Begun</source>
        <translation>开始编写</translation>
    </message>
    <message>
        <source>Line added</source>
        <translation>新增一行</translation>
    </message>
    <message>
        <source>Line taken off</source>
        <translation>删除一行</translation>
    </message>
    <message>
        <source>Line {number}</source>
        <translation>第 {number} 行</translation>
    </message>
    <message>
        <source>Lines {numbers}: {told}</source>
        <translation>第 {numbers} 行：{told}</translation>
    </message>
    <message>
        <source>Nobody: the order has come to its end.</source>
        <translation>无人：订单已结束。</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Somebody at the office is looking at it.</source>
        <translation>总部有人正在查看。</translation>
    </message>
    <message>
        <source>The office has it.</source>
        <translation>在总部。</translation>
    </message>
    <message>
        <source>The office: it is being carried out.</source>
        <translation>总部：正在执行。</translation>
    </message>
    <message>
        <source>The office: it is to be carried out.</source>
        <translation>总部：等待执行。</translation>
    </message>
    <message>
        <source>The office: it is to be paid.</source>
        <translation>总部：等待付款。</translation>
    </message>
    <message>
        <source>The office: it waits for somebody to decide.</source>
        <translation>总部：等待审批。</translation>
    </message>
    <message>
        <source>This laptop: it is sent as soon as the office can be reached.</source>
        <translation>本机：一旦连上总部即发送。</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>合计</translation>
    </message>
    <message>
        <source>{line}: {told}</source>
        <translation>{line}：{told}</translation>
    </message>
    <message>
        <source>{name} at the office is looking at it.</source>
        <translation>总部的 {name} 正在查看。</translation>
    </message>
    <message>
        <source>{name}: it is being written.</source>
        <translation>{name}：正在编写。</translation>
    </message>
    <message>
        <source>{name}: it was withdrawn, and can be revised.</source>
        <translation>{name}：已撤回，可以修改重报。</translation>
    </message>
    <message>
        <source>{name}: the office wants something changed.</source>
        <translation>{name}：总部要求修改。</translation>
    </message>
    <message>
        <source>{told} of {number}</source>
        <translation>{told}：{number}</translation>
    </message>
    <message numerus="yes">
        <source>{told}: the order is %n day(s) old</source>
        <translation>
            <numerusform>{told}：订单已有 %n 天</numerusform>
        </translation>
    </message>
    <message>
        <source>{told}: {given}, up to {allowed}</source>
        <translation>{told}：给了 {given}，最多 {allowed}</translation>
    </message>
    <message>
        <source>{told}: {open} open and this order, of {limit}</source>
        <translation>{told}：未结 {open} 加本单，额度 {limit}</translation>
    </message>
    <message>
        <source>{told}: {price} instead of {office}</source>
        <translation>{told}：{price}，总部为 {office}</translation>
    </message>
</context>
<context>
    <name>OrderLines</name>
    <message>
        <source>A discount is between 0% and 100%.</source>
        <translation>折扣在 0% 到 100% 之间。</translation>
    </message>
    <message>
        <source>Delivery</source>
        <translation>交货</translation>
    </message>
    <message>
        <source>Discount</source>
        <translation>折扣</translation>
    </message>
    <message>
        <source>Net</source>
        <translation>未税金额</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>地点</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>单价</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>产品</translation>
    </message>
    <message>
        <source>Quantity</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>This is not a day.</source>
        <translation>不是日期。</translation>
    </message>
    <message>
        <source>This is not a price.</source>
        <translation>不是价格。</translation>
    </message>
    <message>
        <source>This is not a quantity.</source>
        <translation>不是数量。</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单位</translation>
    </message>
</context>
<context>
    <name>OrderScreen</name>
    <message>
        <source>New order</source>
        <translation>新订单</translation>
    </message>
    <message>
        <source>New order for {customer}</source>
        <translation>{customer} 的新订单</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Order for {customer}</source>
        <translation>{customer} 的订单</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>收回</translation>
    </message>
    <message>
        <source>The order is a draft again.</source>
        <translation>订单已恢复为草稿。</translation>
    </message>
    <message>
        <source>The order is on its way to the office. Withdraw it instead.</source>
        <translation>订单已在发送途中，请改用撤回。</translation>
    </message>
    <message>
        <source>The order is submitted. It is sent by itself.</source>
        <translation>订单已提交，会自动发送。</translation>
    </message>
</context>
<context>
    <name>PageView</name>
    <message>
        <source>Changed since the version before</source>
        <translation>与上一版的差异</translation>
    </message>
    <message>
        <source>Delivery</source>
        <translation>交货</translation>
    </message>
    <message>
        <source>Discount</source>
        <translation>折扣</translation>
    </message>
    <message>
        <source>Lines of the order</source>
        <translation>订单明细</translation>
    </message>
    <message>
        <source>Net</source>
        <translation>未税金额</translation>
    </message>
    <message>
        <source>Place</source>
        <translation>地点</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>单价</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>产品</translation>
    </message>
    <message>
        <source>Quantity</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>Road of the order</source>
        <translation>订单进程</translation>
    </message>
    <message>
        <source>Sealed document</source>
        <translation>封存文件</translation>
    </message>
    <message>
        <source>Tax rate</source>
        <translation>税率</translation>
    </message>
    <message>
        <source>This order</source>
        <translation>本单</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单位</translation>
    </message>
    <message>
        <source>Version {number}</source>
        <translation>第 {number} 版</translation>
    </message>
    <message>
        <source>Version {number}, {time}</source>
        <translation>第 {number} 版，{time}</translation>
    </message>
    <message>
        <source>Why this price</source>
        <translation>价格依据</translation>
    </message>
    <message>
        <source>stands</source>
        <translation>现行</translation>
    </message>
</context>
<context>
    <name>Papers</name>
    <message numerus="yes">
        <source>%n page(s) handed to the printer</source>
        <translation>
            <numerusform>已交打印机 %n 页</numerusform>
        </translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>PDF documents (*.pdf)</source>
        <translation>PDF 文件 (*.pdf)</translation>
    </message>
    <message>
        <source>Save as PDF</source>
        <translation>另存为 PDF</translation>
    </message>
    <message>
        <source>Saved: {file}</source>
        <translation>已保存：{file}</translation>
    </message>
</context>
<context>
    <name>PapersButton</name>
    <message>
        <source>Print</source>
        <translation>打印</translation>
    </message>
    <message>
        <source>Print, or save as PDF</source>
        <translation>打印或另存为 PDF</translation>
    </message>
</context>
<context>
    <name>ProductFinder</name>
    <message numerus="yes">
        <source>%n product(s)</source>
        <translation>
            <numerusform>%n 个产品</numerusform>
        </translation>
    </message>
    <message>
        <source>No product found</source>
        <translation>没有找到产品</translation>
    </message>
    <message>
        <source>Products found</source>
        <translation>找到的产品</translation>
    </message>
    <message>
        <source>Type a code, a name, pinyin or scan</source>
        <translation>输入编码、名称、拼音，或扫码</translation>
    </message>
    <message>
        <source>Usual for this customer</source>
        <translation>该客户常购</translation>
    </message>
    <message>
        <source>last {quantity} {unit}, {day}</source>
        <translation>上次 {quantity} {unit}，{day}</translation>
    </message>
</context>
<context>
    <name>Side</name>
    <message>
        <source>Before you submit</source>
        <translation>提交之前</translation>
    </message>
    <message>
        <source>Changed since the version before</source>
        <translation>与上一版的差异</translation>
    </message>
    <message>
        <source>Credit</source>
        <translation>信用额度</translation>
    </message>
    <message>
        <source>Nothing is missing, and nothing will hold it up.</source>
        <translation>内容齐全，没有会耽搁的问题。</translation>
    </message>
    <message>
        <source>This order</source>
        <translation>本单</translation>
    </message>
    <message>
        <source>Why this price</source>
        <translation>价格依据</translation>
    </message>
</context>
<context>
    <name>Totals</name>
    <message>
        <source>At list prices</source>
        <translation>按刊例价</translation>
    </message>
    <message>
        <source>Net</source>
        <translation>未税金额</translation>
    </message>
    <message>
        <source>Reduction</source>
        <translation>优惠</translation>
    </message>
    <message>
        <source>Tax</source>
        <translation>税额</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>合计</translation>
    </message>
</context>
</TS>
