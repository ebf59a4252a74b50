<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>Figures</name>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n day</numerusform>
            <numerusform>%n days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>expected %n day(s) ago</source>
        <translation>
            <numerusform>expected %n day ago</numerusform>
            <numerusform>expected %n days ago</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TwinList</name>
    <message numerus="yes">
        <source>%n customer(s) with the same name, phone or tax number</source>
        <translation>
            <numerusform>%n customer with the same name, phone or tax number</numerusform>
            <numerusform>%n customers with the same name, phone or tax number</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Warnings</name>
    <message numerus="yes">
        <source>%n change(s) on this laptop not confirmed by the office yet</source>
        <translation>
            <numerusform>%n change on this laptop not confirmed by the office yet</numerusform>
            <numerusform>%n changes on this laptop not confirmed by the office yet</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) refused by the office</source>
        <translation>
            <numerusform>%n change refused by the office</numerusform>
            <numerusform>%n changes refused by the office</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n conflict(s) to decide</source>
        <translation>
            <numerusform>%n conflict to decide</numerusform>
            <numerusform>%n conflicts to decide</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>No order for %n day(s)</source>
        <translation>
            <numerusform>No order for %n day</numerusform>
            <numerusform>No order for %n days</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Possibly entered twice: the office has %n other record(s) like it</source>
        <translation>
            <numerusform>Possibly entered twice: the office has %n other record like it</numerusform>
            <numerusform>Possibly entered twice: the office has %n other records like it</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>usually one every %n day(s)</source>
        <translation>
            <numerusform>usually one every day</numerusform>
            <numerusform>usually one every %n days</numerusform>
        </translation>
    </message>
</context>
</TS>
