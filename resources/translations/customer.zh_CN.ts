<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>AddressCards</name>
    <message>
        <source>Add delivery address</source>
        <translation>添加送货地址</translation>
    </message>
    <message>
        <source>Delivery addresses</source>
        <translation>送货地址</translation>
    </message>
    <message>
        <source>Make this the usual one</source>
        <translation>设为常用</translation>
    </message>
    <message>
        <source>No place of delivery is known here yet.</source>
        <translation>还没有送货地址。</translation>
    </message>
    <message>
        <source>Usual one</source>
        <translation>常用</translation>
    </message>
</context>
<context>
    <name>Cards</name>
    <message>
        <source>Edit (F2)</source>
        <translation>编辑 (F2)</translation>
    </message>
    <message>
        <source>Remove (Del)</source>
        <translation>移除 (Del)</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>Add contact</source>
        <translation>添加联系人</translation>
    </message>
    <message>
        <source>Add delivery address</source>
        <translation>添加送货地址</translation>
    </message>
    <message>
        <source>Confirm details</source>
        <translation>确认资料</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Drop what was typed</source>
        <translation>放弃已输入的内容</translation>
    </message>
    <message>
        <source>Edit details</source>
        <translation>编辑资料</translation>
    </message>
    <message>
        <source>Go to the details; F2 edits the one you are on</source>
        <translation>转到资料；按 F2 编辑当前项</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>History of the customer</source>
        <translation>客户的历史</translation>
    </message>
    <message>
        <source>New order</source>
        <translation>新订单</translation>
    </message>
    <message>
        <source>Orders of the customer</source>
        <translation>客户的订单</translation>
    </message>
    <message>
        <source>Prices of the customer</source>
        <translation>客户的价格</translation>
    </message>
    <message>
        <source>Save customer</source>
        <translation>保存客户</translation>
    </message>
    <message>
        <source>Say that the details were checked today and are right</source>
        <translation>说明资料今天已核对无误</translation>
    </message>
    <message>
        <source>Take back the chosen change</source>
        <translation>撤回所选更改</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>时间线</translation>
    </message>
</context>
<context>
    <name>ContactBlock</name>
    <message>
        <source>Contact {number}</source>
        <translation>联系人 {number}</translation>
    </message>
    <message>
        <source>Remove this contact</source>
        <translation>移除此联系人</translation>
    </message>
</context>
<context>
    <name>ContactCards</name>
    <message>
        <source>Add contact</source>
        <translation>添加联系人</translation>
    </message>
    <message>
        <source>Contacts</source>
        <translation>联系人</translation>
    </message>
    <message>
        <source>Main contact: first by name</source>
        <translation>主要联系人：按姓名居首</translation>
    </message>
    <message>
        <source>Main contact: highest level</source>
        <translation>主要联系人：级别最高</translation>
    </message>
    <message>
        <source>Nobody is known here yet. Add who decides, who buys, and how to reach them.</source>
        <translation>还没有联系人。添加谁做决定、谁采购，以及怎样联系。</translation>
    </message>
    <message>
        <source>Whoever has the highest level is the main contact. Give a contact level 1 to choose another.</source>
        <translation>级别最高者为主要联系人。将某位联系人的级别设为 1，即可改选。</translation>
    </message>
</context>
<context>
    <name>CustomerScreen</name>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>It was given to somebody else, or the link is of another laptop.</source>
        <translation>该客户已转给别人，或链接来自另一台电脑。</translation>
    </message>
    <message>
        <source>Orders</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Orders, prices, timeline and history</source>
        <translation>订单、价格、时间线和历史</translation>
    </message>
    <message>
        <source>Prices</source>
        <translation>价格</translation>
    </message>
    <message>
        <source>This customer is not on this laptop</source>
        <translation>此客户不在本机上</translation>
    </message>
    <message>
        <source>Timeline</source>
        <translation>时间线</translation>
    </message>
</context>
<context>
    <name>Details</name>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>At the office</source>
        <translation>总部设定</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>资料</translation>
    </message>
    <message>
        <source>How to reach</source>
        <translation>联系方式</translation>
    </message>
    <message>
        <source>Tax and payment</source>
        <translation>税务与付款</translation>
    </message>
    <message>
        <source>What to know</source>
        <translation>须知</translation>
    </message>
</context>
<context>
    <name>Editors</name>
    <message>
        <source>1 (top)</source>
        <translation>1（最高）</translation>
    </message>
    <message>
        <source>Say what people call this place.</source>
        <translation>请填写这个地点的称呼。</translation>
    </message>
    <message>
        <source>This is not a day. Type year-month-day.</source>
        <translation>这不是日期。请按 年-月-日 输入。</translation>
    </message>
    <message>
        <source>This value is not allowed here.</source>
        <translation>此处不允许这个值。</translation>
    </message>
</context>
<context>
    <name>Fact</name>
    <message>
        <source>Changed meanwhile to: {value}. Keeping yours replaces it, Esc takes it.</source>
        <translation>期间已改为：{value}。保存将以您的内容替换，按 Esc 采用新值。</translation>
    </message>
    <message>
        <source>Edit (F2)</source>
        <translation>编辑 (F2)</translation>
    </message>
</context>
<context>
    <name>Figures</name>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n 天</numerusform>
        </translation>
    </message>
    <message>
        <source>As of {time}, the last time the office answered, with what was entered here since.</source>
        <translation>截至 {time}（总部最近一次答复），并包含此后在本机录入的内容。</translation>
    </message>
    <message>
        <source>Last order</source>
        <translation>最近订单</translation>
    </message>
    <message>
        <source>Only what was entered on this laptop: the office did not answer yet.</source>
        <translation>仅含本机录入的内容：总部尚未答复。</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>未结</translation>
    </message>
    <message>
        <source>Rhythm</source>
        <translation>订货节奏</translation>
    </message>
    <message>
        <source>This year</source>
        <translation>今年</translation>
    </message>
    <message numerus="yes">
        <source>expected %n day(s) ago</source>
        <translation>
            <numerusform>%n 天前应有订单</numerusform>
        </translation>
    </message>
    <message>
        <source>next expected {day}</source>
        <translation>预计下次 {day}</translation>
    </message>
    <message>
        <source>no credit limit set</source>
        <translation>未设信用额度</translation>
    </message>
    <message>
        <source>nothing ordered yet</source>
        <translation>还没有订单</translation>
    </message>
    <message>
        <source>too few orders to tell</source>
        <translation>订单太少，无法判断</translation>
    </message>
    <message>
        <source>{amount} over the limit</source>
        <translation>超出额度 {amount}</translation>
    </message>
    <message>
        <source>{free} of {limit} free</source>
        <translation>额度 {limit}，可用 {free}</translation>
    </message>
    <message>
        <source>{year}: {amount}</source>
        <translation>{year} 年：{amount}</translation>
    </message>
</context>
<context>
    <name>NewCustomerScreen</name>
    <message>
        <source>Add contact</source>
        <translation>添加联系人</translation>
    </message>
    <message>
        <source>Complete what is marked.</source>
        <translation>请补全标出的内容。</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>New customer</source>
        <translation>新客户</translation>
    </message>
    <message>
        <source>The firm</source>
        <translation>公司</translation>
    </message>
    <message>
        <source>Who works there</source>
        <translation>联系人</translation>
    </message>
    <message>
        <source>{name} was entered</source>
        <translation>已录入 {name}</translation>
    </message>
</context>
<context>
    <name>OrdersTab</name>
    <message>
        <source>No orders yet</source>
        <translation>还没有订单</translation>
    </message>
    <message>
        <source>Orders of the customer</source>
        <translation>客户的订单</translation>
    </message>
    <message>
        <source>The first one begins with O: products by code, name or pinyin.</source>
        <translation>按 O 开始第一张：按编码、名称或拼音选产品。</translation>
    </message>
</context>
<context>
    <name>PricesTab</name>
    <message>
        <source>Last ordered</source>
        <translation>最近订购</translation>
    </message>
    <message>
        <source>Last price</source>
        <translation>最近价格</translation>
    </message>
    <message>
        <source>No prices yet</source>
        <translation>还没有价格</translation>
    </message>
    <message>
        <source>Paid for one</source>
        <translation>实付单价</translation>
    </message>
    <message>
        <source>Products the customer ordered</source>
        <translation>客户订过的产品</translation>
    </message>
    <message>
        <source>Purchases of the product</source>
        <translation>该产品的订购记录</translation>
    </message>
    <message>
        <source>Since before</source>
        <translation>与上次相比</translation>
    </message>
    <message>
        <source>Times</source>
        <translation>次数</translation>
    </message>
    <message>
        <source>What this customer pays for each product is listed here from the first order on.</source>
        <translation>从第一张订单起，这里列出该客户每种产品的价格。</translation>
    </message>
</context>
<context>
    <name>RecordDialog</name>
    <message>
        <source>Changed meanwhile to: {value}. Saving replaces it.</source>
        <translation>期间已改为：{value}。保存将替换它。</translation>
    </message>
    <message>
        <source>Contact</source>
        <translation>联系人</translation>
    </message>
    <message>
        <source>Delivery address</source>
        <translation>送货地址</translation>
    </message>
    <message>
        <source>New contact</source>
        <translation>新联系人</translation>
    </message>
    <message>
        <source>New delivery address</source>
        <translation>新送货地址</translation>
    </message>
</context>
<context>
    <name>Side</name>
    <message>
        <source>Confirmed today</source>
        <translation>今天已确认</translation>
    </message>
    <message>
        <source>Contacts, addresses and details</source>
        <translation>联系人、地址和资料</translation>
    </message>
    <message>
        <source>Orders will propose this address</source>
        <translation>订单将默认使用此地址</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>{name} was removed</source>
        <translation>已移除 {name}</translation>
    </message>
</context>
<context>
    <name>Timeline</name>
    <message>
        <source>Address added</source>
        <translation>添加了地址</translation>
    </message>
    <message>
        <source>Address changed</source>
        <translation>修改了地址</translation>
    </message>
    <message>
        <source>Address removed</source>
        <translation>移除了地址</translation>
    </message>
    <message>
        <source>Contact added</source>
        <translation>添加了联系人</translation>
    </message>
    <message>
        <source>Contact changed</source>
        <translation>修改了联系人</translation>
    </message>
    <message>
        <source>Contact removed</source>
        <translation>移除了联系人</translation>
    </message>
    <message>
        <source>Customer changed</source>
        <translation>修改了客户</translation>
    </message>
    <message>
        <source>Customer entered</source>
        <translation>录入了客户</translation>
    </message>
    <message>
        <source>Customer removed</source>
        <translation>移除了客户</translation>
    </message>
    <message>
        <source>Order approved</source>
        <translation>订单已批准</translation>
    </message>
    <message>
        <source>Order begun</source>
        <translation>开始了订单</translation>
    </message>
    <message>
        <source>Order rejected</source>
        <translation>订单被拒绝</translation>
    </message>
    <message>
        <source>Order returned</source>
        <translation>订单被退回</translation>
    </message>
    <message>
        <source>Order submitted</source>
        <translation>提交了订单</translation>
    </message>
</context>
<context>
    <name>TimelineTab</name>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
    <message>
        <source>Nothing happened yet</source>
        <translation>还没有动态</translation>
    </message>
    <message>
        <source>Orders, decisions and changes stand here in the order in which they happened.</source>
        <translation>订单、审批和更改按发生的先后列在这里。</translation>
    </message>
    <message>
        <source>Timeline of the customer</source>
        <translation>客户的时间线</translation>
    </message>
    <message>
        <source>What</source>
        <translation>事项</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>谁</translation>
    </message>
</context>
<context>
    <name>TwinList</name>
    <message numerus="yes">
        <source>%n customer(s) with the same name, phone or tax number</source>
        <translation>
            <numerusform>%n 个客户的名称、电话或税号相同</numerusform>
        </translation>
    </message>
    <message>
        <source>Is it there already?</source>
        <translation>是否已有此客户？</translation>
    </message>
    <message>
        <source>Nothing like it on this laptop.</source>
        <translation>本机上没有类似的客户。</translation>
    </message>
    <message>
        <source>Open {name}</source>
        <translation>打开 {name}</translation>
    </message>
    <message>
        <source>This laptop knows your customers. When this one is sent, the office compares it with everybody&apos;s and says on its page when another rep has it too.</source>
        <translation>本机只有您的客户。发送后，总部会与所有人的客户比对；若别的业务员也有，会在此客户的页面上说明。</translation>
    </message>
    <message>
        <source>While you type, name, phone and tax number are compared with the customers you have.</source>
        <translation>输入时，名称、电话和税号会与您已有的客户比对。</translation>
    </message>
</context>
<context>
    <name>Twins</name>
    <message>
        <source>one character differs</source>
        <translation>差一个字</translation>
    </message>
    <message>
        <source>phone of a contact there</source>
        <translation>那里联系人的电话</translation>
    </message>
    <message>
        <source>same name</source>
        <translation>名称相同</translation>
    </message>
    <message>
        <source>same phone</source>
        <translation>电话相同</translation>
    </message>
    <message>
        <source>same tax number</source>
        <translation>税号相同</translation>
    </message>
    <message>
        <source>similar name</source>
        <translation>名称相近</translation>
    </message>
    <message>
        <source>sounds the same</source>
        <translation>读音相同</translation>
    </message>
</context>
<context>
    <name>Warnings</name>
    <message numerus="yes">
        <source>%n change(s) on this laptop not confirmed by the office yet</source>
        <translation>
            <numerusform>本机有 %n 项更改尚未得到总部确认</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) refused by the office</source>
        <translation>
            <numerusform>%n 项更改被总部拒绝</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n conflict(s) to decide</source>
        <translation>
            <numerusform>有 %n 个冲突待决定</numerusform>
        </translation>
    </message>
    <message>
        <source>Decide</source>
        <translation>去决定</translation>
    </message>
    <message>
        <source>In the public pool: nobody works on it</source>
        <translation>在公共资源库：没有人跟进</translation>
    </message>
    <message>
        <source>Invalid: {reason}</source>
        <translation>无效：{reason}</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Merged into another customer: nothing is entered here any more</source>
        <translation>已并入另一客户：此处不再录入</translation>
    </message>
    <message numerus="yes">
        <source>No order for %n day(s)</source>
        <translation>
            <numerusform>已 %n 天没有订单</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing on credit: the office has set the limit to 0</source>
        <translation>不可赊账：总部已将额度设为 0</translation>
    </message>
    <message>
        <source>Open order</source>
        <translation>打开订单</translation>
    </message>
    <message>
        <source>Order {number} was returned</source>
        <translation>订单 {number} 被退回</translation>
    </message>
    <message>
        <source>Order {number} was returned: {reason}</source>
        <translation>订单 {number} 被退回：{reason}</translation>
    </message>
    <message numerus="yes">
        <source>Possibly entered twice: the office has %n other record(s) like it</source>
        <translation>
            <numerusform>可能重复：总部另有 %n 条类似记录</numerusform>
        </translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>The payment terms “{terms}” are no longer offered: agree on others</source>
        <translation>付款条件“{terms}”已停用：请另行约定</translation>
    </message>
    <message numerus="yes">
        <source>usually one every %n day(s)</source>
        <translation>
            <numerusform>通常每 %n 天一张</numerusform>
        </translation>
    </message>
    <message>
        <source>{over} over the credit limit of {limit}</source>
        <translation>超出信用额度 {limit} 共 {over}</translation>
    </message>
</context>
</TS>
