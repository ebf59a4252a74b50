<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Commands</name>
    <message>
        <source>Drop it while it waits; set the field back by a new change when it was sent</source>
        <translation>未发送时撤掉；已发送时以新的更改改回</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>Open the record</source>
        <translation>打开记录</translation>
    </message>
    <message>
        <source>Take back the chosen change</source>
        <translation>撤回所选更改</translation>
    </message>
</context>
<context>
    <name>HistoryScreen</name>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>What changed since the record came to this laptop; what was before is known at the office.</source>
        <translation>自记录到达本机以来的更改；此前的更改总部有记录。</translation>
    </message>
</context>
</TS>
