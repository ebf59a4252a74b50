<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Commands</name>
    <message>
        <source>Back</source>
        <translation>返回</translation>
    </message>
    <message>
        <source>Conflict</source>
        <translation>冲突</translation>
    </message>
    <message>
        <source>Decide for what I wrote</source>
        <translation>采用我所写的内容</translation>
    </message>
    <message>
        <source>Decide for what the other side wrote</source>
        <translation>采用对方所写的内容</translation>
    </message>
    <message>
        <source>Keep mine</source>
        <translation>保留我的</translation>
    </message>
    <message>
        <source>Keep theirs</source>
        <translation>保留对方的</translation>
    </message>
    <message>
        <source>Next conflict</source>
        <translation>下一处冲突</translation>
    </message>
    <message>
        <source>Open the record</source>
        <translation>打开记录</translation>
    </message>
    <message>
        <source>Previous conflict</source>
        <translation>上一处冲突</translation>
    </message>
    <message>
        <source>Take the decision back</source>
        <translation>撤销决定</translation>
    </message>
</context>
<context>
    <name>Conflict</name>
    <message>
        <source>A rule stands against the change, so the record was left as it was.</source>
        <translation>有规则不允许此更改，因此记录保持原样。</translation>
    </message>
    <message>
        <source>Another rep looks after the customer from then on.</source>
        <translation>此后由另一位业务员负责该客户。</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>原值</translation>
    </message>
    <message>
        <source>Both changes were made without the other one. What you did elsewhere came first, so that stands.</source>
        <translation>两处更改互不知情。您在别处所做的先到总部，以其为准。</translation>
    </message>
    <message>
        <source>Both sides changed this without knowing of each other. It is decided.</source>
        <translation>两边在互不知情的情况下都修改了此内容，现已决定。</translation>
    </message>
    <message>
        <source>Both sides changed this without knowing of each other. {name} was first at the office, so that stands.</source>
        <translation>两边在互不知情的情况下都修改了此内容。{name} 的更改先到总部，暂以其为准。</translation>
    </message>
    <message>
        <source>Both sides changed this; by the rule for it, the later change stands.</source>
        <translation>两边都修改了此内容；按规则以较晚的更改为准。</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>对比</translation>
    </message>
    <message>
        <source>Decided by {who}, {when}: {chosen}</source>
        <translation>由{who}于 {when} 决定：{chosen}</translation>
    </message>
    <message>
        <source>It holds for orders from now on. Orders already written keep what they have.</source>
        <translation>对今后的订单有效，已写好的订单保持不变。</translation>
    </message>
    <message>
        <source>It is {state} by now; this step is not possible any more.</source>
        <translation>现在的状态是“{state}”，无法再执行此步骤。</translation>
    </message>
    <message>
        <source>Mine</source>
        <translation>我的</translation>
    </message>
    <message>
        <source>Mine, from elsewhere</source>
        <translation>我的（来自别处）</translation>
    </message>
    <message>
        <source>Nothing changes: the order stays as it stands. The other version is kept here to read.</source>
        <translation>没有变化：订单保持现状。另一版本保留在此供查看。</translation>
    </message>
    <message>
        <source>Nothing changes: this value stands already.</source>
        <translation>没有变化：现在就是此值。</translation>
    </message>
    <message>
        <source>Only what is shown changes: no total, no approval.</source>
        <translation>只改变所列内容，不影响合计与审批。</translation>
    </message>
    <message>
        <source>The office</source>
        <translation>总部</translation>
    </message>
    <message>
        <source>The order becomes a draft: look at it and submit it again. It needs approval anew.</source>
        <translation>订单变为草稿：请查看后重新提交，并需重新审批。</translation>
    </message>
    <message>
        <source>The order is {state} by now, so this cannot be chosen. Revise the order instead.</source>
        <translation>订单现在的状态是“{state}”，不能选择此项。请改为修订订单。</translation>
    </message>
    <message>
        <source>The record comes back, with this change.</source>
        <translation>记录将恢复，并带有此更改。</translation>
    </message>
    <message>
        <source>The record stays removed.</source>
        <translation>记录保持已删除。</translation>
    </message>
    <message>
        <source>The record was moved on in two ways. What came first to the office stands.</source>
        <translation>记录被推进到两种不同的状态，以先到总部的为准。</translation>
    </message>
    <message>
        <source>The state changes from {before} to {after}.</source>
        <translation>状态由“{before}”变为“{after}”。</translation>
    </message>
    <message>
        <source>The total changes from {before} to {after}.</source>
        <translation>合计由 {before} 变为 {after}。</translation>
    </message>
    <message>
        <source>The total stays {total}.</source>
        <translation>合计不变，仍为 {total}。</translation>
    </message>
    <message>
        <source>This was changed on one side and removed on the other. It stays removed until somebody decides.</source>
        <translation>一边修改了此记录，另一边删除了它。在有人决定之前，保持已删除。</translation>
    </message>
    <message>
        <source>What was sealed here is not what the office holds, so the order was not handed in. It is a draft.</source>
        <translation>本机封存的内容与总部不符，订单未能提交，现为草稿。</translation>
    </message>
    <message>
        <source>not chosen</source>
        <translation>未采用</translation>
    </message>
    <message>
        <source>not there</source>
        <translation>没有此项</translation>
    </message>
    <message>
        <source>other values</source>
        <translation>其他值</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>已删除</translation>
    </message>
    <message>
        <source>somebody</source>
        <translation>某人</translation>
    </message>
    <message>
        <source>stands now</source>
        <translation>现行</translation>
    </message>
    <message>
        <source>stood before</source>
        <translation>此前现行</translation>
    </message>
    <message>
        <source>there</source>
        <translation>存在</translation>
    </message>
    <message>
        <source>waits</source>
        <translation>等待决定</translation>
    </message>
    <message>
        <source>what both began with</source>
        <translation>双方修改之前</translation>
    </message>
    <message>
        <source>you</source>
        <translation>您</translation>
    </message>
</context>
<context>
    <name>ConflictPage</name>
    <message numerus="yes">
        <source>%n more to decide</source>
        <translation>
            <numerusform>还有 %n 处待决定</numerusform>
        </translation>
    </message>
    <message>
        <source>Conflict</source>
        <translation>冲突</translation>
    </message>
    <message>
        <source>Conflict: {title}</source>
        <translation>冲突：{title}</translation>
    </message>
    <message>
        <source>Decided. The office learns of it with the next sync.</source>
        <translation>已决定，总部将在下次同步时得知。</translation>
    </message>
    <message>
        <source>Its record left this laptop, or was never on it.</source>
        <translation>相关记录已移出本机，或从未在本机。</translation>
    </message>
    <message>
        <source>Keep mine</source>
        <translation>保留我的</translation>
    </message>
    <message>
        <source>Keep what stands</source>
        <translation>保留现行的</translation>
    </message>
    <message>
        <source>Next conflict (J)</source>
        <translation>下一处冲突 (J)</translation>
    </message>
    <message>
        <source>Open the record</source>
        <translation>打开记录</translation>
    </message>
    <message>
        <source>Previous conflict (K)</source>
        <translation>上一处冲突 (K)</translation>
    </message>
    <message>
        <source>Sync centre</source>
        <translation>同步中心</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Take the decision back (U)</source>
        <translation>撤销决定 (U)</translation>
    </message>
    <message>
        <source>Take this one</source>
        <translation>采用此项</translation>
    </message>
    <message>
        <source>The decision was taken back; the conflict is open again.</source>
        <translation>已撤销决定，冲突重新待处理。</translation>
    </message>
    <message>
        <source>The record is not on this laptop.</source>
        <translation>记录不在本机。</translation>
    </message>
    <message>
        <source>This conflict is not here any more</source>
        <translation>此冲突已不在本机</translation>
    </message>
    <message>
        <source>{number} of {count}</source>
        <translation>第 {number} 处，共 {count} 处</translation>
    </message>
</context>
</TS>
