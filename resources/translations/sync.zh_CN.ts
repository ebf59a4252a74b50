<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Commands</name>
    <message>
        <source>Compare both sides of a conflict</source>
        <translation>比较冲突的两边</translation>
    </message>
    <message>
        <source>Copy this entry</source>
        <translation>复制此条目</translation>
    </message>
    <message>
        <source>Drop this change</source>
        <translation>放弃此更改</translation>
    </message>
    <message>
        <source>Edit what was not sent</source>
        <translation>编辑未发送的内容</translation>
    </message>
    <message>
        <source>Forget a change that was not sent, or that was refused</source>
        <translation>放弃未发送或被拒绝的更改</translation>
    </message>
    <message>
        <source>Open it; a submitted order that was not sent is a draft again</source>
        <translation>打开记录；已提交但未发送的订单恢复为草稿</translation>
    </message>
    <message>
        <source>Open the record</source>
        <translation>打开记录</translation>
    </message>
    <message>
        <source>Send again</source>
        <translation>重新发送</translation>
    </message>
    <message>
        <source>Send what was refused again, and what rests on it</source>
        <translation>重新发送被拒绝的更改及依赖它的更改</translation>
    </message>
    <message>
        <source>Show the log of rounds</source>
        <translation>查看同步日志</translation>
    </message>
    <message>
        <source>Show what is done</source>
        <translation>查看已完成</translation>
    </message>
    <message>
        <source>Show what needs you</source>
        <translation>查看待处理</translation>
    </message>
    <message>
        <source>Show what waits</source>
        <translation>查看待发送</translation>
    </message>
    <message>
        <source>Sync</source>
        <translation>同步</translation>
    </message>
    <message>
        <source>Take back by a new change what the office has already</source>
        <translation>用一项新的更改撤回总部已收到的内容</translation>
    </message>
    <message>
        <source>Withdraw what was sent</source>
        <translation>撤回已发送的内容</translation>
    </message>
</context>
<context>
    <name>Deeds</name>
    <message numerus="yes">
        <source>%n change(s) dropped</source>
        <translation>
            <numerusform>已放弃 %n 项更改</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) wait to be sent again</source>
        <translation>
            <numerusform>%n 项更改等待重新发送</numerusform>
        </translation>
    </message>
    <message>
        <source>Drop it</source>
        <translation>放弃</translation>
    </message>
    <message numerus="yes">
        <source>Drop this and %n other change(s) that rest on it? The records become what they were before.</source>
        <translation>
            <numerusform>放弃此更改以及依赖它的另外 %n 项更改？相关记录将恢复原样。</numerusform>
        </translation>
    </message>
    <message>
        <source>Drop this change? The record becomes what it was before.</source>
        <translation>放弃此更改？该记录将恢复原样。</translation>
    </message>
    <message>
        <source>Withdrawn. The office learns of it with the next sync.</source>
        <translation>已撤回，总部将在下次同步时得知。</translation>
    </message>
</context>
<context>
    <name>Detail</name>
    <message>
        <source>Details</source>
        <translation>详情</translation>
    </message>
</context>
<context>
    <name>SyncCentre</name>
    <message numerus="yes">
        <source>%n accepted</source>
        <translation>
            <numerusform>%n 项已接受</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n change(s) sent</source>
        <translation>
            <numerusform>发送 %n 项更改</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n combined</source>
        <translation>
            <numerusform>%n 项已合并</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n conflict(s)</source>
        <translation>
            <numerusform>%n 处冲突</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n more change(s) wait and are not listed here.</source>
        <translation>
            <numerusform>另有 %n 项更改等待发送，未在此列出。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n more field(s)</source>
        <translation>
            <numerusform>另有 %n 个字段</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) left this laptop</source>
        <translation>
            <numerusform>%n 条记录移出本机</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) received</source>
        <translation>
            <numerusform>收到 %n 条记录</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n refused</source>
        <translation>
            <numerusform>%n 项被拒绝</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n set aside</source>
        <translation>
            <numerusform>%n 项被搁置</numerusform>
        </translation>
    </message>
    <message>
        <source>Accepted</source>
        <translation>已接受</translation>
    </message>
    <message>
        <source>Ask who holds this record now. With the right back, send the change again; otherwise drop it.</source>
        <translation>请确认该记录现由谁负责。恢复权限后可重新发送，否则请放弃。</translation>
    </message>
    <message>
        <source>Both are kept. What came first to the office stands until somebody decides.</source>
        <translation>两边的内容都已保留。在有人决定之前，以先到总部的内容为准。</translation>
    </message>
    <message>
        <source>Changed here, removed elsewhere: {fields}</source>
        <translation>本机已修改，另一边已删除：{fields}</translation>
    </message>
    <message>
        <source>Changed on both sides: {what}</source>
        <translation>两边都有修改：{what}</translation>
    </message>
    <message>
        <source>Changes sent</source>
        <translation>发送的更改</translation>
    </message>
    <message>
        <source>Clock of this laptop</source>
        <translation>本机时钟</translation>
    </message>
    <message>
        <source>Close it</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Combined</source>
        <translation>已合并</translation>
    </message>
    <message>
        <source>Compare and decide</source>
        <translation>比较并决定</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Differences found, fetched again</source>
        <translation>发现差异并重新获取</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Drop</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>Drop from here on</source>
        <translation>从此处起放弃</translation>
    </message>
    <message>
        <source>Drop this change and look at the record as it stands now; make the change there if it is still wanted.</source>
        <translation>请放弃此更改，查看记录的现状；如仍需要，请在那里重新修改。</translation>
    </message>
    <message>
        <source>Drop this change and make it again with other values; or have the office put right what stands in the way, and send it again.</source>
        <translation>请放弃此更改并用其他内容重新填写；或请总部排除障碍后重新发送。</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Ended</source>
        <translation>结束于</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>错误</translation>
    </message>
    <message>
        <source>Every exchange with the office that did anything is written down here. F5 begins one.</source>
        <translation>每次有内容的同步都记录在此。按 F5 立即同步。</translation>
    </message>
    <message>
        <source>Everything that was done until then stays done, and your work is saved here.</source>
        <translation>此前完成的都已生效，您的工作已保存在本机。</translation>
    </message>
    <message>
        <source>Everything you did is at the office. What you do next waits here until it was sent.</source>
        <translation>您的所有更改都已送达总部。之后的更改会在发送前列在这里。</translation>
    </message>
    <message>
        <source>Exchange with the office what is new on both sides (F5)</source>
        <translation>与总部交换双方的新内容 (F5)</translation>
    </message>
    <message numerus="yes">
        <source>First copy: %n record(s) received</source>
        <translation>
            <numerusform>首次复制：收到 %n 条记录</numerusform>
        </translation>
    </message>
    <message>
        <source>Goes after:</source>
        <translation>须先发送：</translation>
    </message>
    <message>
        <source>Held back</source>
        <translation>暂缓</translation>
    </message>
    <message>
        <source>Here stands what the office refused, and what two people changed at the same time.</source>
        <translation>这里列出被总部拒绝的更改，以及两人同时修改的内容。</translation>
    </message>
    <message>
        <source>It was made on another laptop of yours: deal with it there. When that laptop is gone, enter the change again and close this.</source>
        <translation>此更改来自您的另一台电脑，请在那台电脑上处理。若那台电脑已不在，请重新录入后关闭此条。</translation>
    </message>
    <message>
        <source>Keep it</source>
        <translation>保留</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Look at both side by side and choose one. The choice can be taken back.</source>
        <translation>请并排比较后选择其一。选择之后可以撤销。</translation>
    </message>
    <message>
        <source>Look at the conflict</source>
        <translation>查看冲突</translation>
    </message>
    <message>
        <source>Look whether the same record is there already. If it is, drop this one and work with that; if not, ask the office to free the code and send it again.</source>
        <translation>请查看是否已有相同的记录。如有，请放弃此条并使用已有记录；如没有，请总部释放该编码后重新发送。</translation>
    </message>
    <message>
        <source>Looked for news</source>
        <translation>查看是否有新内容</translation>
    </message>
    <message>
        <source>Made on another laptop</source>
        <translation>在另一台电脑上产生</translation>
    </message>
    <message>
        <source>Needs you</source>
        <translation>待处理</translation>
    </message>
    <message>
        <source>No round yet</source>
        <translation>尚未同步</translation>
    </message>
    <message>
        <source>Nothing is lost: the change is kept here and at the office. Everything after it went its way.</source>
        <translation>没有丢失：此更改保存在本机和总部。其后的更改已照常发送。</translation>
    </message>
    <message>
        <source>Nothing is lost: your change stays on this laptop and is shown as you made it. The office has what it had before.</source>
        <translation>没有丢失：您的更改保留在本机并照原样显示。总部的记录保持原状。</translation>
    </message>
    <message>
        <source>Nothing needs you</source>
        <translation>没有需要您处理的内容</translation>
    </message>
    <message>
        <source>Nothing passed</source>
        <translation>没有交换成功</translation>
    </message>
    <message>
        <source>Nothing waits</source>
        <translation>没有待发送的内容</translation>
    </message>
    <message>
        <source>Nothing was sent yet</source>
        <translation>尚未发送过</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Outcomes</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页数</translation>
    </message>
    <message>
        <source>Parts of the sync centre</source>
        <translation>同步中心的各部分</translation>
    </message>
    <message>
        <source>Records received</source>
        <translation>收到的记录</translation>
    </message>
    <message>
        <source>Records that left</source>
        <translation>移出的记录</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>被拒绝</translation>
    </message>
    <message>
        <source>Removals held back</source>
        <translation>暂缓的移除</translation>
    </message>
    <message>
        <source>Send again</source>
        <translation>重新发送</translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation>被搁置</translation>
    </message>
    <message>
        <source>Somebody at the office looks into it. When they say so, send it again; or drop it, and the record is as the office has it.</source>
        <translation>总部正在查看。得到通知后请重新发送；或放弃此更改，记录将以总部的为准。</translation>
    </message>
    <message>
        <source>Sync</source>
        <translation>同步</translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation>立即同步</translation>
    </message>
    <message>
        <source>The office could not work on this change and set it aside.</source>
        <translation>总部无法处理此更改，已将其搁置。</translation>
    </message>
    <message>
        <source>This was changed on two sides; the other side is {name}.</source>
        <translation>两边都修改了此内容；另一边是 {name}。</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>耗时</translation>
    </message>
    <message>
        <source>Usually nothing: it is tried again by itself.</source>
        <translation>通常无需操作：会自动重试。</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>待发送</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>发生了什么</translation>
    </message>
    <message>
        <source>What is safe</source>
        <translation>什么是安全的</translation>
    </message>
    <message>
        <source>What the office has taken is listed here, with old and new values.</source>
        <translation>总部已收到的更改列在这里，含修改前后的内容。</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>怎么做</translation>
    </message>
    <message>
        <source>Withdraw</source>
        <translation>撤回</translation>
    </message>
    <message>
        <source>Without trouble</source>
        <translation>一切正常</translation>
    </message>
    <message numerus="yes">
        <source>and %n more record(s)</source>
        <translation>
            <numerusform>另有 %n 条记录</numerusform>
        </translation>
    </message>
    <message>
        <source>not compared: no answer</source>
        <translation>未比较：没有回应</translation>
    </message>
    <message>
        <source>right</source>
        <translation>准确</translation>
    </message>
    <message>
        <source>somebody else</source>
        <translation>其他人</translation>
    </message>
    <message>
        <source>{time} fast</source>
        <translation>快 {time}</translation>
    </message>
    <message>
        <source>{time} slow</source>
        <translation>慢 {time}</translation>
    </message>
</context>
</TS>
