<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>OrderPaper</name>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>Contact</source>
        <translation>联系人</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Date</source>
        <translation>日期</translation>
    </message>
    <message>
        <source>Delivery date</source>
        <translation>交货日期</translation>
    </message>
    <message>
        <source>Delivery on the date and to the place above, unless a line says otherwise.</source>
        <translation>除明细行另有说明外，按上述日期和地点交货。</translation>
    </message>
    <message>
        <source>Delivery place</source>
        <translation>交货地点</translation>
    </message>
    <message>
        <source>Discount</source>
        <translation>折扣</translation>
    </message>
    <message>
        <source>Discount on the order, included</source>
        <translation>整单折扣（已含）</translation>
    </message>
    <message>
        <source>Draft: not submitted, and not binding.</source>
        <translation>草稿：尚未提交，不具约束力。</translation>
    </message>
    <message>
        <source>Fingerprint of the sealed document: {hash}</source>
        <translation>封存文件指纹：{hash}</translation>
    </message>
    <message>
        <source>For the buyer</source>
        <translation>买方</translation>
    </message>
    <message>
        <source>For the seller</source>
        <translation>卖方</translation>
    </message>
    <message>
        <source>Legal number</source>
        <translation>正式编号</translation>
    </message>
    <message>
        <source>Net</source>
        <translation>未税金额</translation>
    </message>
    <message>
        <source>Page {page} of {pages}</source>
        <translation>第 {page} 页，共 {pages} 页</translation>
    </message>
    <message>
        <source>Payment</source>
        <translation>付款条件</translation>
    </message>
    <message>
        <source>Payment: {terms}.</source>
        <translation>付款：{terms}。</translation>
    </message>
    <message>
        <source>Phone</source>
        <translation>电话</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>单价</translation>
    </message>
    <message>
        <source>Prices are without tax; the tax is shown for each line.</source>
        <translation>单价不含税，各行税率单独列示。</translation>
    </message>
    <message>
        <source>Prices include tax; the tax in them is shown for each line.</source>
        <translation>单价含税，各行所含税率单独列示。</translation>
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
        <source>Sales order</source>
        <translation>销售订单</translation>
    </message>
    <message>
        <source>Signature, seal, date</source>
        <translation>签字、盖章、日期</translation>
    </message>
    <message>
        <source>Submitted: not binding before it is approved.</source>
        <translation>已提交：批准前不具约束力。</translation>
    </message>
    <message>
        <source>Tax</source>
        <translation>税额</translation>
    </message>
    <message>
        <source>Tax number</source>
        <translation>税号</translation>
    </message>
    <message>
        <source>Tax rate</source>
        <translation>税率</translation>
    </message>
    <message>
        <source>Terms</source>
        <translation>条款</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>合计</translation>
    </message>
    <message>
        <source>Total in words</source>
        <translation>合计（大写）</translation>
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
        <source>With tax</source>
        <translation>含税金额</translation>
    </message>
    <message>
        <source>Your reference</source>
        <translation>客户参考号</translation>
    </message>
    <message>
        <source>{state}: not binding.</source>
        <translation>{state}：不具约束力。</translation>
    </message>
</context>
</TS>
