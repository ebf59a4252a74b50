<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>Deeds</name>
    <message numerus="yes">
        <source>%n change(s) dropped</source>
        <translation>
            <numerusform>%n change dropped</numerusform>
            <numerusform>%n changes dropped</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) wait to be sent again</source>
        <translation>
            <numerusform>%n change waits to be sent again</numerusform>
            <numerusform>%n changes wait to be sent again</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Drop this and %n other change(s) that rest on it? The records become what they were before.</source>
        <translation>
            <numerusform>Drop this and one other change that rests on it? The records become what they were before.</numerusform>
            <numerusform>Drop this and %n other changes that rest on it? The records become what they were before.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SyncCentre</name>
    <message numerus="yes">
        <source>%n accepted</source>
        <translation>
            <numerusform>%n accepted</numerusform>
            <numerusform>%n accepted</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) sent</source>
        <translation>
            <numerusform>%n change sent</numerusform>
            <numerusform>%n changes sent</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n combined</source>
        <translation>
            <numerusform>%n combined</numerusform>
            <numerusform>%n combined</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n conflict(s)</source>
        <translation>
            <numerusform>%n conflict</numerusform>
            <numerusform>%n conflicts</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n more change(s) wait and are not listed here.</source>
        <translation>
            <numerusform>%n more change waits and is not listed here.</numerusform>
            <numerusform>%n more changes wait and are not listed here.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n more field(s)</source>
        <translation>
            <numerusform>%n more field</numerusform>
            <numerusform>%n more fields</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) left this laptop</source>
        <translation>
            <numerusform>%n record left this laptop</numerusform>
            <numerusform>%n records left this laptop</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) received</source>
        <translation>
            <numerusform>%n record received</numerusform>
            <numerusform>%n records received</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n refused</source>
        <translation>
            <numerusform>%n refused</numerusform>
            <numerusform>%n refused</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n set aside</source>
        <translation>
            <numerusform>%n set aside</numerusform>
            <numerusform>%n set aside</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>First copy: %n record(s) received</source>
        <translation>
            <numerusform>First copy: %n record received</numerusform>
            <numerusform>First copy: %n records received</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more record(s)</source>
        <translation>
            <numerusform>and %n more record</numerusform>
            <numerusform>and %n more records</numerusform>
        </translation>
    </message>
</context>
</TS>
