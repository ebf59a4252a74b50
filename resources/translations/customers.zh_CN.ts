<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Commands</name>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>New customer</source>
        <translation>新客户</translation>
    </message>
</context>
<context>
    <name>Customers</name>
    <message numerus="yes">
        <source>%n customer(s)</source>
        <translation>
            <numerusform>%n 个客户</numerusform>
        </translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>更改时间</translation>
    </message>
    <message>
        <source>Customers</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Last order</source>
        <translation>最近订单</translation>
    </message>
    <message>
        <source>Main contact</source>
        <translation>主要联系人</translation>
    </message>
    <message>
        <source>Name, pinyin, phone, code, or a filter: tier is VIP and city is 海口</source>
        <translation>名称、拼音、电话、编码，或条件：等级 是 VIP 且 城市 是 海口</translation>
    </message>
    <message>
        <source>Ordered in all</source>
        <translation>累计订购</translation>
    </message>
    <message>
        <source>Orders</source>
        <translation>订单数</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Tier</source>
        <translation>等级</translation>
    </message>
</context>
<context>
    <name>CustomersScreen</name>
    <message>
        <source>Customers</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Enter the first one, or ask the office to give you some: they come with the next sync.</source>
        <translation>录入第一个，或请总部分配：下次同步时到达。</translation>
    </message>
    <message>
        <source>New customer</source>
        <translation>新客户</translation>
    </message>
    <message>
        <source>New customer (N)</source>
        <translation>新客户 (N)</translation>
    </message>
    <message>
        <source>No customers yet</source>
        <translation>还没有客户</translation>
    </message>
    <message>
        <source>The first copy is running. Each customer appears here as soon as it has come whole.</source>
        <translation>正在进行首次复制。每个客户完整到达后立即显示在这里。</translation>
    </message>
    <message>
        <source>Your customers are on their way</source>
        <translation>您的客户正在传送中</translation>
    </message>
</context>
</TS>
