<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>SignOutDialog</name>
    <message numerus="yes">
        <source>The key is destroyed first, then the copy. %n thing(s) that the office does not have would be lost for good.</source>
        <translation>
            <numerusform>The key is destroyed first, then the copy. %n thing that the office does not have would be lost for good.</numerusform>
            <numerusform>The key is destroyed first, then the copy. %n things that the office does not have would be lost for good.</numerusform>
        </translation>
    </message>
</context>
</TS>
