<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Unlock</name>
    <message>
        <source>Forgotten the passphrase?</source>
        <translation>忘记口令？</translation>
    </message>
    <message>
        <source>Locked</source>
        <translation>已锁定</translation>
    </message>
    <message>
        <source>Nobody can open this copy without it, the office neither. Look for it where you keep passwords. If it is lost, ask the office for a new code and enrol in a new data folder: everything that was sent comes back; what was not sent is lost.</source>
        <translation>没有口令，任何人都无法打开这份数据，总部也不能。请在您保存密码的地方查找。如果确实遗失，请向总部索取新的代码，并在新的数据文件夹中重新设置：已发送的内容会恢复，未发送的内容将丢失。</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>口令</translation>
    </message>
    <message>
        <source>Type your passphrase.</source>
        <translation>请输入您的口令。</translation>
    </message>
    <message>
        <source>Unlock</source>
        <translation>解锁</translation>
    </message>
    <message>
        <source>Your copy is closed and encrypted. What waits to be sent is safe in it.</source>
        <translation>您的数据已关闭并加密。待发送的内容安全保存在其中。</translation>
    </message>
</context>
</TS>
