<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>SignOutDialog</name>
    <message>
        <source>Being counted …</source>
        <translation>正在统计…</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Everything is at the office.</source>
        <translation>所有内容都已送达总部。</translation>
    </message>
    <message>
        <source>Forms that were begun</source>
        <translation>已开始填写的表单</translation>
    </message>
    <message>
        <source>It stays encrypted and closed. What was not sent stays in it, and is sent after the next sign-in, for which the office gives a new code.</source>
        <translation>数据保持加密并关闭。未发送的内容仍保留，下次登录后发送；登录需要总部提供新的代码。</translation>
    </message>
    <message>
        <source>Keep the copy on this laptop</source>
        <translation>在本机保留数据</translation>
    </message>
    <message>
        <source>Lose what was not sent</source>
        <translation>放弃未发送的内容</translation>
    </message>
    <message>
        <source>Not at the office yet</source>
        <translation>尚未送达总部</translation>
    </message>
    <message>
        <source>Refused by the office, waiting for you</source>
        <translation>被总部拒绝，等您处理</translation>
    </message>
    <message>
        <source>Remove the copy from this laptop</source>
        <translation>从本机删除数据</translation>
    </message>
    <message>
        <source>Send now</source>
        <translation>立即发送</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>退出登录</translation>
    </message>
    <message>
        <source>Sign out of this laptop</source>
        <translation>退出本机登录</translation>
    </message>
    <message numerus="yes">
        <source>The key is destroyed first, then the copy. %n thing(s) that the office does not have would be lost for good.</source>
        <translation>
            <numerusform>先销毁密钥，再删除数据。总部没有的 %n 项内容将永久丢失。</numerusform>
        </translation>
    </message>
    <message>
        <source>The key is destroyed first, then the copy. What the office has can be copied again.</source>
        <translation>先销毁密钥，再删除数据。总部已有的内容可以重新复制。</translation>
    </message>
    <message>
        <source>Waiting to be sent</source>
        <translation>等待发送</translation>
    </message>
    <message>
        <source>What becomes of it</source>
        <translation>数据如何处理</translation>
    </message>
</context>
</TS>
