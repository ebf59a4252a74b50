<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>ChangeList</name>
    <message>
        <source>After</source>
        <translation>新值</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>原值</translation>
    </message>
    <message>
        <source>Came in</source>
        <translation>总部传来</translation>
    </message>
    <message>
        <source>Changes are listed from the day on which the record came to this laptop.</source>
        <translation>自记录到达本机之日起列出更改。</translation>
    </message>
    <message>
        <source>Entered</source>
        <translation>录入</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>Nothing is known here yet</source>
        <translation>还没有记录</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>The office</source>
        <translation>总部</translation>
    </message>
    <message>
        <source>This laptop</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>What</source>
        <translation>事项</translation>
    </message>
    <message>
        <source>When</source>
        <translation>时间</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Who</source>
        <translation>谁</translation>
    </message>
    <message>
        <source>You</source>
        <translation>您</translation>
    </message>
</context>
<context>
    <name>Choices</name>
    <message>
        <source>Amiable</source>
        <translation>和平型</translation>
    </message>
    <message>
        <source>Approved</source>
        <translation>已批准</translation>
    </message>
    <message>
        <source>Approver</source>
        <translation>审批人</translation>
    </message>
    <message>
        <source>Approves</source>
        <translation>批准者</translation>
    </message>
    <message>
        <source>Buys</source>
        <translation>采购者</translation>
    </message>
    <message>
        <source>Customer service</source>
        <translation>客户服务</translation>
    </message>
    <message>
        <source>Decides</source>
        <translation>决策者</translation>
    </message>
    <message>
        <source>Division administrator</source>
        <translation>事业部管理员</translation>
    </message>
    <message>
        <source>Division head</source>
        <translation>事业部负责人</translation>
    </message>
    <message>
        <source>Exempt</source>
        <translation>免税</translation>
    </message>
    <message>
        <source>Forceful</source>
        <translation>力量型</translation>
    </message>
    <message>
        <source>Group manager</source>
        <translation>集团经理</translation>
    </message>
    <message>
        <source>Guards the door</source>
        <translation>把关者</translation>
    </message>
    <message>
        <source>Influences</source>
        <translation>影响者</translation>
    </message>
    <message>
        <source>Lively</source>
        <translation>活泼型</translation>
    </message>
    <message>
        <source>Major</source>
        <translation>主要</translation>
    </message>
    <message>
        <source>Marketing</source>
        <translation>市场</translation>
    </message>
    <message>
        <source>Ordinary</source>
        <translation>普通</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>价格型</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>已拒绝</translation>
    </message>
    <message>
        <source>Relationship</source>
        <translation>关系型</translation>
    </message>
    <message>
        <source>Returned</source>
        <translation>已退回</translation>
    </message>
    <message>
        <source>Sales rep</source>
        <translation>销售代表</translation>
    </message>
    <message>
        <source>Small</source>
        <translation>小</translation>
    </message>
    <message>
        <source>System administrator</source>
        <translation>系统管理员</translation>
    </message>
    <message>
        <source>Taxable</source>
        <translation>应税</translation>
    </message>
    <message>
        <source>Thorough</source>
        <translation>完美型</translation>
    </message>
    <message>
        <source>Uses</source>
        <translation>使用者</translation>
    </message>
    <message>
        <source>VIP</source>
        <translation>VIP</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>Back</source>
        <translation>后退</translation>
    </message>
    <message>
        <source>Close the customers&apos; data until you unlock it again</source>
        <translation>关闭客户数据，直到您再次解锁</translation>
    </message>
    <message>
        <source>Close the last notice</source>
        <translation>关闭最近的通知</translation>
    </message>
    <message>
        <source>Dark colours</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Do again</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Do what the last notice offers</source>
        <translation>执行最近通知中的操作</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Exchange with the office what is new on both sides</source>
        <translation>与总部交换双方的新内容</translation>
    </message>
    <message>
        <source>Find anything, or run a command</source>
        <translation>查找任何内容，或执行命令</translation>
    </message>
    <message>
        <source>Find or do</source>
        <translation>查找或执行</translation>
    </message>
    <message>
        <source>Forward</source>
        <translation>前进</translation>
    </message>
    <message>
        <source>Go</source>
        <translation>前往</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Larger</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Lock</source>
        <translation>锁定</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>菜单</translation>
    </message>
    <message>
        <source>Next part of the window</source>
        <translation>窗口的下一部分</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>See what is not sent yet, and end this laptop&apos;s sign-in</source>
        <translation>查看尚未发送的内容，并结束本机的登录</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Sign in again</source>
        <translation>重新登录</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>退出登录</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Sync now</source>
        <translation>立即同步</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>With a new code from the office; your data and what waits stay here</source>
        <translation>使用总部的新代码；您的数据和待发送的内容保留在本机</translation>
    </message>
    <message>
        <source>language theme dark light size proxy server</source>
        <translation>语言 主题 深色 浅色 大小 代理 服务器</translation>
    </message>
    <message>
        <source>{command}: {about}</source>
        <translation>{command}：{about}</translation>
    </message>
</context>
<context>
    <name>DateInput</name>
    <message>
        <source>Choose from a calendar (F4)</source>
        <translation>从日历中选择（F4）</translation>
    </message>
    <message>
        <source>year-month-day</source>
        <translation>年-月-日</translation>
    </message>
</context>
<context>
    <name>Dialog</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>Drafts</name>
    <message>
        <source>What you typed is not saved yet ({time}).</source>
        <translation>您输入的内容尚未保存（{time}）。</translation>
    </message>
</context>
<context>
    <name>Errors</name>
    <message>
        <source>A customer has this code already.</source>
        <translation>该客户编码已被使用。</translation>
    </message>
    <message>
        <source>A division has this code already.</source>
        <translation>该事业部编码已被使用。</translation>
    </message>
    <message>
        <source>A field of the catalogue is not filled in rightly.</source>
        <translation>产品目录的某个字段填写不正确。</translation>
    </message>
    <message>
        <source>A field of the contact is not filled in rightly.</source>
        <translation>联系人的某个字段填写不正确。</translation>
    </message>
    <message>
        <source>A field of the customer is not filled in rightly.</source>
        <translation>客户的某个字段填写不正确。</translation>
    </message>
    <message>
        <source>A field of the payment terms is not filled in rightly.</source>
        <translation>付款条件的某个字段填写不正确。</translation>
    </message>
    <message>
        <source>A field of the supplier is not filled in rightly.</source>
        <translation>供应商的某个字段填写不正确。</translation>
    </message>
    <message>
        <source>A field of the territory is not filled in rightly.</source>
        <translation>区域的某个字段填写不正确。</translation>
    </message>
    <message>
        <source>A file of the data folder cannot be read.</source>
        <translation>数据文件夹中的某个文件无法读取。</translation>
    </message>
    <message>
        <source>A message was damaged on its way. It will be sent again.</source>
        <translation>消息在传输中损坏，将重新发送。</translation>
    </message>
    <message>
        <source>A newer Roundsman made the local copy. Update the program.</source>
        <translation>本地副本由更新版本的 Roundsman 创建。请更新程序。</translation>
    </message>
    <message>
        <source>A record&apos;s identity is not valid. Nothing was changed.</source>
        <translation>记录标识无效。没有任何改动。</translation>
    </message>
    <message>
        <source>A rep code is two to four letters.</source>
        <translation>销售代码由两到四个字母组成。</translation>
    </message>
    <message>
        <source>A second server is running at the office. It will be tried again.</source>
        <translation>总部正在运行第二个服务器。将再次尝试。</translation>
    </message>
    <message>
        <source>A sheet holds about a million rows, and these are more. Export as CSV, or filter the list.</source>
        <translation>一张表格约能容纳一百万行，当前数据超出了。请导出为 CSV，或先筛选列表。</translation>
    </message>
    <message>
        <source>A supplier has this code already.</source>
        <translation>该供应商编码已被使用。</translation>
    </message>
    <message>
        <source>A territory has this code already.</source>
        <translation>该区域编码已被使用。</translation>
    </message>
    <message>
        <source>A value is missing or not allowed here. Nothing was changed.</source>
        <translation>缺少某个值，或该值不允许。没有任何改动。</translation>
    </message>
    <message>
        <source>Another Roundsman on this machine uses this data folder. Close it first.</source>
        <translation>本机另一个 Roundsman 正在使用此数据文件夹。请先将其关闭。</translation>
    </message>
    <message>
        <source>Another Roundsman uses this data folder.</source>
        <translation>另一个 Roundsman 正在使用此数据文件夹。</translation>
    </message>
    <message>
        <source>Name or password is not right.</source>
        <translation>用户名或密码不正确。</translation>
    </message>
    <message>
        <source>Nobody can be their own superior.</source>
        <translation>任何人都不能是自己的上级。</translation>
    </message>
    <message>
        <source>Only the office may change this field.</source>
        <translation>只有总部可以修改该字段。</translation>
    </message>
    <message>
        <source>Payment terms with this code exist already.</source>
        <translation>该付款条件编码已被使用。</translation>
    </message>
    <message>
        <source>Somebody changed this meanwhile. Look at it again.</source>
        <translation>期间有人修改了此内容。请重新查看。</translation>
    </message>
    <message>
        <source>Somebody else is looking at this.</source>
        <translation>其他人正在处理。</translation>
    </message>
    <message>
        <source>Somebody has this rep code already.</source>
        <translation>该销售代码已被使用。</translation>
    </message>
    <message>
        <source>Something went wrong at the office. It will be tried again.</source>
        <translation>总部出了问题。将再次尝试。</translation>
    </message>
    <message>
        <source>Something went wrong in Roundsman itself. What was saved is safe.</source>
        <translation>Roundsman 自身出了问题。已保存的内容是安全的。</translation>
    </message>
    <message>
        <source>That is not the passphrase. Try again; nothing was changed.</source>
        <translation>口令不正确。请重试；没有任何改动。</translation>
    </message>
    <message>
        <source>The category cannot be there in the tree.</source>
        <translation>类别不能放在目录树的这个位置。</translation>
    </message>
    <message>
        <source>The change is not known here.</source>
        <translation>本机没有这条更改。</translation>
    </message>
    <message>
        <source>The change is on its way or answered already. Withdraw it instead.</source>
        <translation>该更改已在发送或已答复。请改用撤回。</translation>
    </message>
    <message>
        <source>The contact belongs to another customer.</source>
        <translation>该联系人属于另一个客户。</translation>
    </message>
    <message>
        <source>The contact was removed.</source>
        <translation>该联系人已被删除。</translation>
    </message>
    <message>
        <source>The customer was removed.</source>
        <translation>该客户已被删除。</translation>
    </message>
    <message>
        <source>The data folder cannot be used.</source>
        <translation>数据文件夹无法使用。</translation>
    </message>
    <message>
        <source>The data folder lies on a drive that cannot be locked. Choose a folder on a local drive.</source>
        <translation>数据文件夹所在的驱动器无法加锁。请选择本地驱动器上的文件夹。</translation>
    </message>
    <message>
        <source>The data folder lies on a drive that cannot hold the database safely. Choose a folder on a local drive.</source>
        <translation>数据文件夹所在的驱动器无法安全存放数据库。请选择本地驱动器上的文件夹。</translation>
    </message>
    <message>
        <source>The database in the data folder belongs to another enrolment. Nothing was sent.</source>
        <translation>数据文件夹中的数据库属于另一次激活。没有发送任何内容。</translation>
    </message>
    <message>
        <source>The database library of this installation cannot encrypt. Nothing was written; install Roundsman again.</source>
        <translation>本安装的数据库组件无法加密。没有写入任何内容；请重新安装 Roundsman。</translation>
    </message>
    <message>
        <source>The decision was about another version of the document. Look at the present one.</source>
        <translation>该决定针对的是另一版本。请查看当前版本。</translation>
    </message>
    <message>
        <source>The description of this folder&apos;s keys is damaged. Nothing was changed; restore vault.json from a copy, or enrol this laptop again in a new folder.</source>
        <translation>此文件夹的密钥说明已损坏。没有任何改动；请从备份恢复 vault.json，或在新文件夹中重新激活本机。</translation>
    </message>
    <message>
        <source>The document is sealed. Revise it instead.</source>
        <translation>文件已封存。请改为修订。</translation>
    </message>
    <message>
        <source>The file cannot be written there. Choose another place; nothing was changed.</source>
        <translation>文件无法写入该位置。请选择其他位置；没有任何更改。</translation>
    </message>
    <message>
        <source>The file could not be written. Nothing was changed; choose another folder.</source>
        <translation>文件无法写入。没有任何更改；请选择其他文件夹。</translation>
    </message>
    <message>
        <source>The files were removed, but the key may remain in the operating system&apos;s key store.</source>
        <translation>文件已删除，但密钥可能仍留在操作系统的密钥库中。</translation>
    </message>
    <message>
        <source>The filter cannot be understood.</source>
        <translation>无法理解这个筛选条件。</translation>
    </message>
    <message>
        <source>The format is not understood. Nothing was changed.</source>
        <translation>无法识别该格式。没有任何改动。</translation>
    </message>
    <message>
        <source>The icons of this installation are missing. Install Roundsman again.</source>
        <translation>本安装缺少图标。请重新安装 Roundsman。</translation>
    </message>
    <message>
        <source>The key file is damaged; no passphrase can open it. Restore vault.keys from a copy of the folder.</source>
        <translation>密钥文件已损坏，任何口令都无法打开。请从文件夹备份恢复 vault.keys。</translation>
    </message>
    <message>
        <source>The key of this data folder is no longer in the key store. Enrol this laptop again in a new folder.</source>
        <translation>此数据文件夹的密钥已不在密钥库中。请在新文件夹中重新激活本机。</translation>
    </message>
    <message>
        <source>The key store of the operating system does not answer. Unlock it and try again; nothing was changed.</source>
        <translation>操作系统的密钥库没有响应。请解锁后重试；没有任何改动。</translation>
    </message>
    <message>
        <source>The local copy cannot take this. Nothing was changed.</source>
        <translation>本地副本无法接受。没有任何改动。</translation>
    </message>
    <message>
        <source>The local copy differs from the office&apos;s. The difference will be fetched.</source>
        <translation>本地副本与总部不一致。将获取差异部分。</translation>
    </message>
    <message>
        <source>The local copy is closed.</source>
        <translation>本地副本已关闭。</translation>
    </message>
    <message>
        <source>The local database cannot be used: the disk may be full. What was saved before is safe.</source>
        <translation>本地数据库无法使用：磁盘可能已满。此前保存的内容是安全的。</translation>
    </message>
    <message>
        <source>The local database does not open with this key: it belongs to another key, or its beginning is damaged.</source>
        <translation>本地数据库无法用此密钥打开：它属于另一个密钥，或文件开头已损坏。</translation>
    </message>
    <message>
        <source>The local database is not encrypted, so it is not used.</source>
        <translation>本地数据库未加密，因此不予使用。</translation>
    </message>
    <message>
        <source>The local database is not there. Nothing was created.</source>
        <translation>找不到本地数据库。没有创建任何内容。</translation>
    </message>
    <message>
        <source>The name is missing.</source>
        <translation>缺少姓名。</translation>
    </message>
    <message>
        <source>The office cannot be reached. You can go on working; everything is saved here.</source>
        <translation>无法连接总部。您可以继续工作；所有内容都保存在本机。</translation>
    </message>
    <message>
        <source>The office has stopped this laptop. Your work is safe here; call the office.</source>
        <translation>总部已停用本机。您的工作已安全保存在本机；请联系总部。</translation>
    </message>
    <message>
        <source>The office knows other changes under the same numbers: this data folder was copied. Call the office.</source>
        <translation>总部在相同编号下有不同的更改：此数据文件夹曾被复制。请联系总部。</translation>
    </message>
    <message>
        <source>The office set this change aside to look at it.</source>
        <translation>总部已将此更改搁置待查。</translation>
    </message>
    <message>
        <source>The office uses a newer version. Update Roundsman; your work is safe here.</source>
        <translation>总部使用更新的版本。请更新 Roundsman；您的工作已安全保存在本机。</translation>
    </message>
    <message>
        <source>The office waits for an earlier change. It will be sent first.</source>
        <translation>总部在等待更早的更改，将先发送它。</translation>
    </message>
    <message>
        <source>The office&apos;s database does not answer. It will be tried again.</source>
        <translation>总部的数据库没有响应。将再次尝试。</translation>
    </message>
    <message>
        <source>The office&apos;s records were put back to an earlier state. A new copy will be made.</source>
        <translation>总部的数据已恢复到较早的状态。将重新建立副本。</translation>
    </message>
    <message>
        <source>The other side knows a field that this version does not. Update Roundsman.</source>
        <translation>对方使用了本版本不认识的字段。请更新 Roundsman。</translation>
    </message>
    <message>
        <source>The other side knows a kind of record that this version does not. Update Roundsman.</source>
        <translation>对方使用了本版本不认识的记录类型。请更新 Roundsman。</translation>
    </message>
    <message>
        <source>The passphrase is too short to protect the data of a stolen laptop.</source>
        <translation>口令太短，不足以在电脑被盗时保护数据。</translation>
    </message>
    <message>
        <source>The printer did not take the document. Choose it again.</source>
        <translation>打印机未接收该文档。请重新选择打印机。</translation>
    </message>
    <message>
        <source>The program tried to write in a way that would not be sent. Nothing was changed.</source>
        <translation>程序试图以不会被发送的方式写入。没有任何改动。</translation>
    </message>
    <message>
        <source>The reason is missing.</source>
        <translation>缺少原因。</translation>
    </message>
    <message>
        <source>The record moved on meanwhile. Look at it again.</source>
        <translation>期间记录已有变化。请重新查看。</translation>
    </message>
    <message>
        <source>The rep belongs to another division.</source>
        <translation>该销售代表属于另一个事业部。</translation>
    </message>
    <message>
        <source>The rep is not active.</source>
        <translation>该销售代表不在职。</translation>
    </message>
    <message>
        <source>The sealed document does not match its seal. Call the office.</source>
        <translation>封存的文件与封存码不符。请联系总部。</translation>
    </message>
    <message>
        <source>The sign-in of this laptop is no longer valid. Your work is safe here; sign in again to send it.</source>
        <translation>本机的登录已失效。您的工作已安全保存在本机；请重新登录以发送。</translation>
    </message>
    <message>
        <source>The translations of this installation are missing. Install Roundsman again.</source>
        <translation>本安装缺少翻译。请重新安装 Roundsman。</translation>
    </message>
    <message>
        <source>There is no such record, or it is not yours to see.</source>
        <translation>没有这条记录，或您无权查看。</translation>
    </message>
    <message>
        <source>There is no such role.</source>
        <translation>没有这个角色。</translation>
    </message>
    <message>
        <source>There is nothing to take back.</source>
        <translation>没有可恢复的内容。</translation>
    </message>
    <message>
        <source>This can be added to, but not changed.</source>
        <translation>此内容只能追加，不能修改。</translation>
    </message>
    <message>
        <source>This code is not valid. Ask the office for a new one.</source>
        <translation>该激活码无效。请向总部索取新的激活码。</translation>
    </message>
    <message>
        <source>This code is taken already.</source>
        <translation>该编码已被使用。</translation>
    </message>
    <message>
        <source>This data folder already has its keys; they were left as they are.</source>
        <translation>此数据文件夹已有密钥；保持原样未动。</translation>
    </message>
    <message>
        <source>This data folder has no keys yet. Enrol this laptop first.</source>
        <translation>此数据文件夹还没有密钥。请先激活本机。</translation>
    </message>
    <message>
        <source>This data folder is protected by a passphrase, and none was given.</source>
        <translation>此数据文件夹受口令保护，但没有提供口令。</translation>
    </message>
    <message>
        <source>This data folder was last used by a later version of Roundsman. Install that version; nothing was changed.</source>
        <translation>此数据文件夹上次由更新版本的 Roundsman 使用。请安装该版本；没有任何改动。</translation>
    </message>
    <message>
        <source>This decision does not fit the conflict.</source>
        <translation>该决定不适用于此冲突。</translation>
    </message>
    <message>
        <source>This is larger than is allowed in one step. Nothing was changed.</source>
        <translation>内容超过一次允许的大小。没有任何改动。</translation>
    </message>
    <message>
        <source>This laptop is enrolled already.</source>
        <translation>本机已经激活。</translation>
    </message>
    <message>
        <source>This laptop is not enrolled yet.</source>
        <translation>本机尚未激活。</translation>
    </message>
    <message>
        <source>This link between people is not possible.</source>
        <translation>不能建立这种人员关系。</translation>
    </message>
    <message>
        <source>This link to a territory is not possible.</source>
        <translation>不能建立这种区域关系。</translation>
    </message>
    <message>
        <source>This order cannot be submitted yet. Complete what is marked.</source>
        <translation>订单还不能提交。请补全标出的内容。</translation>
    </message>
    <message>
        <source>This step is not possible from the state the record is in.</source>
        <translation>按记录当前的状态，不能执行这一步。</translation>
    </message>
    <message>
        <source>This value cannot be chosen.</source>
        <translation>不能选择该值。</translation>
    </message>
    <message>
        <source>Too many tries. Wait a little and try again.</source>
        <translation>尝试次数过多。请稍后再试。</translation>
    </message>
    <message>
        <source>What came from the office does not fit the local copy. It will be fetched again.</source>
        <translation>总部发来的内容与本地副本不符，将重新获取。</translation>
    </message>
    <message>
        <source>What came in cannot be understood. Nothing was changed.</source>
        <translation>收到的内容无法识别。没有任何改动。</translation>
    </message>
    <message>
        <source>You do not have the right to do this.</source>
        <translation>您没有执行此操作的权限。</translation>
    </message>
</context>
<context>
    <name>Facts</name>
    <message>
        <source>Data folder</source>
        <translation>数据文件夹</translation>
    </message>
    <message>
        <source>Numbers begin with</source>
        <translation>编号前缀</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>This laptop at the office</source>
        <translation>本机在总部的名称</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Way to the server</source>
        <translation>连接方式</translation>
    </message>
    <message>
        <source>direct</source>
        <translation>直接连接</translation>
    </message>
    <message>
        <source>through {proxy}</source>
        <translation>通过代理 {proxy}</translation>
    </message>
</context>
<context>
    <name>Fields</name>
    <message>
        <source>Above</source>
        <translation>上级</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Barcode</source>
        <translation>条码</translation>
    </message>
    <message>
        <source>Base unit</source>
        <translation>基本单位</translation>
    </message>
    <message>
        <source>Base units per pack</source>
        <translation>每包装含基本单位数</translation>
    </message>
    <message>
        <source>Before</source>
        <translation>原值</translation>
    </message>
    <message>
        <source>Before the decision</source>
        <translation>决定前的值</translation>
    </message>
    <message>
        <source>Birthday</source>
        <translation>生日</translation>
    </message>
    <message>
        <source>Category</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>更改</translation>
    </message>
    <message>
        <source>City</source>
        <translation>城市</translation>
    </message>
    <message>
        <source>Code</source>
        <translation>编码</translation>
    </message>
    <message>
        <source>Code, for comparing</source>
        <translation>编码（比对用）</translation>
    </message>
    <message>
        <source>Communication style</source>
        <translation>沟通风格</translation>
    </message>
    <message>
        <source>Company</source>
        <translation>公司</translation>
    </message>
    <message>
        <source>Consequence</source>
        <translation>影响</translation>
    </message>
    <message>
        <source>Contact</source>
        <translation>联系人</translation>
    </message>
    <message>
        <source>Contact person</source>
        <translation>联系人</translation>
    </message>
    <message>
        <source>Contact person&apos;s title</source>
        <translation>联系人称谓</translation>
    </message>
    <message>
        <source>Content</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Cost</source>
        <translation>成本</translation>
    </message>
    <message>
        <source>Country</source>
        <translation>国家</translation>
    </message>
    <message>
        <source>Credit limit</source>
        <translation>信用额度</translation>
    </message>
    <message>
        <source>Currency</source>
        <translation>币种</translation>
    </message>
    <message>
        <source>Currency of cost</source>
        <translation>成本币种</translation>
    </message>
    <message>
        <source>Currency of credit limit</source>
        <translation>信用额度币种</translation>
    </message>
    <message>
        <source>Currency of service fee</source>
        <translation>服务费币种</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Customer&apos;s name</source>
        <translation>客户名称</translation>
    </message>
    <message>
        <source>Customer&apos;s reference</source>
        <translation>客户参考号</translation>
    </message>
    <message>
        <source>Days for discount</source>
        <translation>现金折扣天数</translation>
    </message>
    <message>
        <source>Days to pay</source>
        <translation>付款天数</translation>
    </message>
    <message>
        <source>Decided by</source>
        <translation>决定人</translation>
    </message>
    <message>
        <source>Decided on</source>
        <translation>决定时间</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>决定</translation>
    </message>
    <message>
        <source>Delivery address</source>
        <translation>收货地址</translation>
    </message>
    <message>
        <source>Delivery note</source>
        <translation>送货说明</translation>
    </message>
    <message>
        <source>Delivery place</source>
        <translation>交货地点</translation>
    </message>
    <message>
        <source>Department</source>
        <translation>部门</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>描述</translation>
    </message>
    <message>
        <source>Discount</source>
        <translation>折扣</translation>
    </message>
    <message>
        <source>Division</source>
        <translation>事业部</translation>
    </message>
    <message>
        <source>Email</source>
        <translation>电子邮箱</translation>
    </message>
    <message>
        <source>English name</source>
        <translation>英文名称</translation>
    </message>
    <message>
        <source>Error number</source>
        <translation>错误编号</translation>
    </message>
    <message>
        <source>Fax</source>
        <translation>传真</translation>
    </message>
    <message>
        <source>Fields</source>
        <translation>字段</translation>
    </message>
    <message>
        <source>Floor price</source>
        <translation>底价</translation>
    </message>
    <message>
        <source>Former supplier</source>
        <translation>原供应商</translation>
    </message>
    <message>
        <source>From amount</source>
        <translation>起始金额</translation>
    </message>
    <message>
        <source>From quantity</source>
        <translation>起订量</translation>
    </message>
    <message>
        <source>Full name</source>
        <translation>姓名</translation>
    </message>
    <message>
        <source>Grade</source>
        <translation>等级</translation>
    </message>
    <message>
        <source>Granted by</source>
        <translation>授权人</translation>
    </message>
    <message>
        <source>Granted on</source>
        <translation>授权时间</translation>
    </message>
    <message>
        <source>Greatest discount</source>
        <translation>最高折扣</translation>
    </message>
    <message>
        <source>Gross</source>
        <translation>含税金额</translation>
    </message>
    <message>
        <source>Identity verified</source>
        <translation>已实名认证</translation>
    </message>
    <message>
        <source>Industry</source>
        <translation>行业</translation>
    </message>
    <message>
        <source>Job title</source>
        <translation>职务</translation>
    </message>
    <message>
        <source>Kind of customer</source>
        <translation>客户库</translation>
    </message>
    <message>
        <source>Kind of data access</source>
        <translation>授权类型</translation>
    </message>
    <message>
        <source>Kind of record</source>
        <translation>记录类型</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Laptop</source>
        <translation>笔记本电脑</translation>
    </message>
    <message>
        <source>Last confirmed on</source>
        <translation>最近核实日期</translation>
    </message>
    <message>
        <source>Legal number</source>
        <translation>法定编号</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>级别</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>行号</translation>
    </message>
    <message>
        <source>List price</source>
        <translation>目录价</translation>
    </message>
    <message>
        <source>Merged into</source>
        <translation>合并至</translation>
    </message>
    <message>
        <source>Mine</source>
        <translation>我的值</translation>
    </message>
    <message>
        <source>Mine, by</source>
        <translation>我的更改人</translation>
    </message>
    <message>
        <source>Mine, when</source>
        <translation>我的更改时间</translation>
    </message>
    <message>
        <source>Mobile</source>
        <translation>手机</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Name, for comparing</source>
        <translation>名称（比对用）</translation>
    </message>
    <message>
        <source>Net</source>
        <translation>未税金额</translation>
    </message>
    <message>
        <source>Net total</source>
        <translation>未税合计</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>编号</translation>
    </message>
    <message>
        <source>Number for messages</source>
        <translation>短信号码</translation>
    </message>
    <message>
        <source>Office&apos;s note on credit</source>
        <translation>总部信用备注</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Order date</source>
        <translation>下单日期</translation>
    </message>
    <message>
        <source>Origin</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Pack</source>
        <translation>包装单位</translation>
    </message>
    <message>
        <source>Part in decisions</source>
        <translation>决策角色</translation>
    </message>
    <message>
        <source>Payment terms</source>
        <translation>付款条件</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Phone</source>
        <translation>电话</translation>
    </message>
    <message>
        <source>Phone, for comparing</source>
        <translation>电话（比对用）</translation>
    </message>
    <message>
        <source>Postcode</source>
        <translation>邮编</translation>
    </message>
    <message>
        <source>Preferences</source>
        <translation>偏好</translation>
    </message>
    <message>
        <source>Price</source>
        <translation>价格</translation>
    </message>
    <message>
        <source>Price certificate</source>
        <translation>价格证明</translation>
    </message>
    <message>
        <source>Price list</source>
        <translation>价目表</translation>
    </message>
    <message>
        <source>Prices without tax</source>
        <translation>不含税价</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>产品</translation>
    </message>
    <message>
        <source>Product code</source>
        <translation>产品编码</translation>
    </message>
    <message>
        <source>Product name</source>
        <translation>产品名称</translation>
    </message>
    <message>
        <source>Province</source>
        <translation>省份</translation>
    </message>
    <message>
        <source>Quantity</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>Quantity step</source>
        <translation>数量步长</translation>
    </message>
    <message>
        <source>Rate</source>
        <translation>税率</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Reason for discount</source>
        <translation>折扣原因</translation>
    </message>
    <message>
        <source>Reason for return</source>
        <translation>退回原因</translation>
    </message>
    <message>
        <source>Recipient</source>
        <translation>收货人</translation>
    </message>
    <message>
        <source>Record</source>
        <translation>记录</translation>
    </message>
    <message>
        <source>Region</source>
        <translation>地区</translation>
    </message>
    <message>
        <source>Registration, for comparing</source>
        <translation>登记号（比对用）</translation>
    </message>
    <message>
        <source>Rep</source>
        <translation>销售代表</translation>
    </message>
    <message>
        <source>Rep code</source>
        <translation>销售代码</translation>
    </message>
    <message>
        <source>Reports to</source>
        <translation>上级联系人</translation>
    </message>
    <message>
        <source>Retired</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>Revision</source>
        <translation>修订版</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>Rule</source>
        <translation>规则</translation>
    </message>
    <message>
        <source>Seal</source>
        <translation>封存码</translation>
    </message>
    <message>
        <source>Service fee</source>
        <translation>服务费</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>客户来源</translation>
    </message>
    <message>
        <source>Specification</source>
        <translation>规格</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Street</source>
        <translation>街道地址</translation>
    </message>
    <message>
        <source>Submitted on</source>
        <translation>提交时间</translation>
    </message>
    <message>
        <source>Superior</source>
        <translation>上级</translation>
    </message>
    <message>
        <source>Supplier</source>
        <translation>供应商</translation>
    </message>
    <message>
        <source>Taken by</source>
        <translation>领取人</translation>
    </message>
    <message>
        <source>Taken on</source>
        <translation>领取时间</translation>
    </message>
    <message>
        <source>Tax</source>
        <translation>税额</translation>
    </message>
    <message>
        <source>Tax category</source>
        <translation>税务类别</translation>
    </message>
    <message>
        <source>Tax class</source>
        <translation>税类</translation>
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
        <source>Tax total</source>
        <translation>税额合计</translation>
    </message>
    <message>
        <source>Territory</source>
        <translation>区域</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>Theirs</source>
        <translation>对方的值</translation>
    </message>
    <message>
        <source>Theirs, by</source>
        <translation>对方更改人</translation>
    </message>
    <message>
        <source>Theirs, when</source>
        <translation>对方更改时间</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>职务</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>总计</translation>
    </message>
    <message>
        <source>Total at list prices</source>
        <translation>目录价合计</translation>
    </message>
    <message>
        <source>Travelling</source>
        <translation>出差中</translation>
    </message>
    <message>
        <source>Unit price</source>
        <translation>单价</translation>
    </message>
    <message>
        <source>Usual one</source>
        <translation>默认</translation>
    </message>
    <message>
        <source>Valid from</source>
        <translation>生效日期</translation>
    </message>
    <message>
        <source>Valid to</source>
        <translation>失效日期</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Wanted channel</source>
        <translation>期望联系方式</translation>
    </message>
    <message>
        <source>Wanted on</source>
        <translation>期望交货日期</translation>
    </message>
    <message>
        <source>Wanted rhythm of visits</source>
        <translation>期望拜访频率</translation>
    </message>
    <message>
        <source>Website</source>
        <translation>网站</translation>
    </message>
    <message>
        <source>What decides a deal</source>
        <translation>成交类型</translation>
    </message>
    <message>
        <source>Whose data</source>
        <translation>数据所属</translation>
    </message>
    <message>
        <source>Why in the pool</source>
        <translation>进入公海原因</translation>
    </message>
    <message>
        <source>Why invalid</source>
        <translation>无效原因</translation>
    </message>
    <message>
        <source>Why it needs a look</source>
        <translation>需要留意的原因</translation>
    </message>
</context>
<context>
    <name>FindInput</name>
    <message>
        <source>Clear</source>
        <translation>清除</translation>
    </message>
</context>
<context>
    <name>FormDialog</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Save (Ctrl+Enter)</source>
        <translation>保存 (Ctrl+Enter)</translation>
    </message>
</context>
<context>
    <name>Format</name>
    <message numerus="yes">
        <source>%n day(s) ago</source>
        <translation>
            <numerusform>%n 天前</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n h ago</source>
        <translation>
            <numerusform>%n 小时前</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n min</source>
        <translation>
            <numerusform>%n 分钟</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n min ago</source>
        <translation>
            <numerusform>%n 分钟前</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n s</source>
        <translation>
            <numerusform>%n 秒</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>in %n day(s)</source>
        <translation>
            <numerusform>%n 天后</numerusform>
        </translation>
    </message>
    <message>
        <source>just now</source>
        <translation>刚刚</translation>
    </message>
    <message>
        <source>today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>tomorrow</source>
        <translation>明天</translation>
    </message>
    <message>
        <source>yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>yesterday {time}</source>
        <translation>昨天 {time}</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} 小时 {minutes} 分钟</translation>
    </message>
</context>
<context>
    <name>Gaps</name>
    <message>
        <source>A number is out of range.</source>
        <translation>数值超出范围。</translation>
    </message>
    <message>
        <source>The delivery date is before the order date.</source>
        <translation>交货日期早于下单日期。</translation>
    </message>
    <message>
        <source>The delivery date is missing.</source>
        <translation>缺少交货日期。</translation>
    </message>
    <message>
        <source>The delivery place is missing.</source>
        <translation>缺少交货地点。</translation>
    </message>
    <message>
        <source>The order has no lines.</source>
        <translation>订单没有明细行。</translation>
    </message>
    <message>
        <source>The order has too many lines.</source>
        <translation>订单行数过多。</translation>
    </message>
    <message>
        <source>The product has no price.</source>
        <translation>该产品没有价格。</translation>
    </message>
    <message>
        <source>The product is no longer sold.</source>
        <translation>该产品已停售。</translation>
    </message>
    <message>
        <source>The product is not known here.</source>
        <translation>本机没有该产品。</translation>
    </message>
    <message>
        <source>The quantity does not fit the pack.</source>
        <translation>数量不符合包装规格。</translation>
    </message>
    <message>
        <source>The quantity is below the minimum.</source>
        <translation>数量低于最小起订量。</translation>
    </message>
    <message>
        <source>The quantity must be more than 0.</source>
        <translation>数量必须大于 0。</translation>
    </message>
</context>
<context>
    <name>Gate</name>
    <message>
        <source>Opening your copy</source>
        <translation>正在打开您的副本</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Removing the copy from this laptop</source>
        <translation>正在从本机删除数据</translation>
    </message>
    <message>
        <source>This takes a moment and needs no network.</source>
        <translation>这需要片刻，不需要网络。</translation>
    </message>
    <message>
        <source>Your copy cannot be opened</source>
        <translation>无法打开您的副本</translation>
    </message>
</context>
<context>
    <name>GatePage</name>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Language of the system</source>
        <translation>跟随系统语言</translation>
    </message>
</context>
<context>
    <name>Intents</name>
    <message>
        <source>Add contact</source>
        <translation>新增联系人</translation>
    </message>
    <message>
        <source>Add customer</source>
        <translation>新增客户</translation>
    </message>
    <message>
        <source>Add delivery address</source>
        <translation>新增收货地址</translation>
    </message>
    <message>
        <source>Add order line</source>
        <translation>新增订单行</translation>
    </message>
    <message>
        <source>Approve order</source>
        <translation>批准订单</translation>
    </message>
    <message>
        <source>Begin order</source>
        <translation>新建订单</translation>
    </message>
    <message>
        <source>Bring contact back</source>
        <translation>恢复联系人</translation>
    </message>
    <message>
        <source>Bring contacts in</source>
        <translation>导入联系人</translation>
    </message>
    <message>
        <source>Bring customer back</source>
        <translation>恢复客户</translation>
    </message>
    <message>
        <source>Bring customers in</source>
        <translation>导入客户</translation>
    </message>
    <message>
        <source>Bring delivery address back</source>
        <translation>恢复收货地址</translation>
    </message>
    <message>
        <source>Cancel order</source>
        <translation>取消订单</translation>
    </message>
    <message>
        <source>Change contact</source>
        <translation>修改联系人</translation>
    </message>
    <message>
        <source>Change customer</source>
        <translation>修改客户</translation>
    </message>
    <message>
        <source>Change delivery address</source>
        <translation>修改收货地址</translation>
    </message>
    <message>
        <source>Change order</source>
        <translation>修改订单</translation>
    </message>
    <message>
        <source>Change order line</source>
        <translation>修改订单行</translation>
    </message>
    <message>
        <source>Choose usual delivery address</source>
        <translation>设为默认收货地址</translation>
    </message>
    <message>
        <source>Confirm contact&apos;s details</source>
        <translation>核实联系人资料</translation>
    </message>
    <message>
        <source>Confirm customer&apos;s details</source>
        <translation>核实客户资料</translation>
    </message>
    <message>
        <source>Customer begins to trade</source>
        <translation>转为成交客户</translation>
    </message>
    <message>
        <source>Decide conflict</source>
        <translation>解决冲突</translation>
    </message>
    <message>
        <source>Drop a set-aside change</source>
        <translation>丢弃被搁置的更改</translation>
    </message>
    <message>
        <source>Give back a set-aside change</source>
        <translation>放回被搁置的更改</translation>
    </message>
    <message>
        <source>Give customer to a rep</source>
        <translation>分配客户</translation>
    </message>
    <message>
        <source>Move customer</source>
        <translation>转移客户</translation>
    </message>
    <message>
        <source>Move order on</source>
        <translation>推进订单</translation>
    </message>
    <message>
        <source>Price order anew</source>
        <translation>重新计价</translation>
    </message>
    <message>
        <source>Reject order</source>
        <translation>拒绝订单</translation>
    </message>
    <message>
        <source>Remove contact</source>
        <translation>删除联系人</translation>
    </message>
    <message>
        <source>Remove customer</source>
        <translation>删除客户</translation>
    </message>
    <message>
        <source>Remove delivery address</source>
        <translation>删除收货地址</translation>
    </message>
    <message>
        <source>Remove order line</source>
        <translation>删除订单行</translation>
    </message>
    <message>
        <source>Return order</source>
        <translation>退回订单</translation>
    </message>
    <message>
        <source>Revise order</source>
        <translation>修订订单</translation>
    </message>
    <message>
        <source>Send a set-aside change again</source>
        <translation>重新发送被搁置的更改</translation>
    </message>
    <message>
        <source>Set credit limit</source>
        <translation>设置信用额度</translation>
    </message>
    <message>
        <source>Submit order</source>
        <translation>提交订单</translation>
    </message>
    <message>
        <source>Take a set-aside change to look at</source>
        <translation>领取被搁置的更改</translation>
    </message>
    <message>
        <source>Take back decision on conflict</source>
        <translation>撤销冲突决定</translation>
    </message>
    <message>
        <source>Withdraw order</source>
        <translation>撤回订单</translation>
    </message>
</context>
<context>
    <name>KeysDialog</name>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
</context>
<context>
    <name>LicencesDialog</name>
    <message>
        <source>Licences</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Packages</source>
        <translation>组件</translation>
    </message>
    <message>
        <source>Roundsman is free software under the Apache Licence 2.0. It stands on the work of others, whose packages and licences are these. Icons: Phosphor Icons (MIT).</source>
        <translation>Roundsman 是以 Apache 许可证 2.0 发布的自由软件。它建立在他人的工作之上，所用组件及其许可证如下。图标：Phosphor Icons（MIT）。</translation>
    </message>
    <message>
        <source>See the text</source>
        <translation>见正文</translation>
    </message>
    <message>
        <source>Text of the licence</source>
        <translation>许可证正文</translation>
    </message>
    <message>
        <source>The text of this licence can be read here:</source>
        <translation>可在此处阅读该许可证正文：</translation>
    </message>
</context>
<context>
    <name>Looks</name>
    <message>
        <source>Below the floor price</source>
        <translation>低于底价</translation>
    </message>
    <message>
        <source>Discount above what is allowed</source>
        <translation>折扣超出允许范围</translation>
    </message>
    <message>
        <source>Incomplete</source>
        <translation>不完整</translation>
    </message>
    <message>
        <source>No price</source>
        <translation>没有价格</translation>
    </message>
    <message>
        <source>Over the credit limit</source>
        <translation>超出信用额度</translation>
    </message>
    <message>
        <source>Possible duplicate</source>
        <translation>可能重复</translation>
    </message>
    <message>
        <source>Price changed since</source>
        <translation>价格已变动</translation>
    </message>
    <message>
        <source>Prices are old</source>
        <translation>价格过旧</translation>
    </message>
    <message>
        <source>Product no longer sold</source>
        <translation>产品已停售</translation>
    </message>
    <message>
        <source>Tax changed since</source>
        <translation>税率已变动</translation>
    </message>
</context>
<context>
    <name>NoticeCard</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
</context>
<context>
    <name>Outcomes</name>
    <message>
        <source>Accepted</source>
        <translation>已接受</translation>
    </message>
    <message>
        <source>Accepted, combined with another change</source>
        <translation>已接受，并与另一处改动合并</translation>
    </message>
    <message>
        <source>Accepted, with a conflict to decide</source>
        <translation>已接受，有冲突待决定</translation>
    </message>
    <message>
        <source>Refused</source>
        <translation>未接受</translation>
    </message>
    <message>
        <source>Set aside by the office to be looked at</source>
        <translation>总部已搁置，待查看</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Find a command</source>
        <translation>查找命令</translation>
    </message>
    <message>
        <source>Find a customer, an order, a product, or a command</source>
        <translation>查找客户、订单、产品或命令</translation>
    </message>
    <message>
        <source>Nothing here has this in its name.</source>
        <translation>没有名称中包含此内容的项目。</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>查找结果</translation>
    </message>
</context>
<context>
    <name>PriceSources</name>
    <message>
        <source>Agreed price</source>
        <translation>协议价</translation>
    </message>
    <message>
        <source>No price</source>
        <translation>没有价格</translation>
    </message>
    <message>
        <source>Price list</source>
        <translation>价目表</translation>
    </message>
    <message>
        <source>Typed by hand</source>
        <translation>手工价</translation>
    </message>
</context>
<context>
    <name>Screens</name>
    <message>
        <source>Conflict</source>
        <translation>冲突</translation>
    </message>
    <message>
        <source>Customer</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Customers</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>First copy</source>
        <translation>首次复制</translation>
    </message>
    <message>
        <source>History</source>
        <translation>历史</translation>
    </message>
    <message>
        <source>New customer</source>
        <translation>新客户</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Orders</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Sync</source>
        <translation>同步</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message numerus="yes">
        <source>%n minute(s)</source>
        <translation>
            <numerusform>%n 分钟</numerusform>
        </translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Colours</source>
        <translation>颜色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Lock when nobody is here for</source>
        <translation>无人操作多久后锁定</translation>
    </message>
    <message>
        <source>Low</source>
        <translation>紧凑</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>标准</translation>
    </message>
    <message>
        <source>Rows of lists</source>
        <translation>列表行高</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>This laptop</source>
        <translation>本机</translation>
    </message>
</context>
<context>
    <name>Standing</name>
    <message numerus="yes">
        <source>%n need(s) you</source>
        <translation>
            <numerusform>%n 项需要您处理</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n waiting</source>
        <translation>
            <numerusform>%n 项待发送</numerusform>
        </translation>
    </message>
    <message>
        <source>First copy</source>
        <translation>首次复制</translation>
    </message>
    <message>
        <source>First copy {percent} %</source>
        <translation>首次复制 {percent}%</translation>
    </message>
    <message>
        <source>Next try in {time}</source>
        <translation>{time}后重试</translation>
    </message>
    <message>
        <source>Not syncing</source>
        <translation>未同步</translation>
    </message>
    <message>
        <source>Offline, working locally</source>
        <translation>离线，在本机工作</translation>
    </message>
    <message>
        <source>Prices and credit as of: {time}</source>
        <translation>价格与信用截至：{time}</translation>
    </message>
    <message>
        <source>Syncing</source>
        <translation>正在同步</translation>
    </message>
    <message>
        <source>Syncing {percent} %</source>
        <translation>正在同步 {percent}%</translation>
    </message>
    <message>
        <source>The office last answered: {time}</source>
        <translation>总部最近答复：{time}</translation>
    </message>
    <message>
        <source>The office refuses this laptop</source>
        <translation>总部拒绝了本机</translation>
    </message>
    <message>
        <source>This laptop&apos;s clock is right.</source>
        <translation>本机时钟准确。</translation>
    </message>
    <message>
        <source>This laptop&apos;s clock is {time} fast.</source>
        <translation>本机时钟快了 {time}。</translation>
    </message>
    <message>
        <source>This laptop&apos;s clock is {time} slow.</source>
        <translation>本机时钟慢了 {time}。</translation>
    </message>
    <message>
        <source>Up to date</source>
        <translation>已是最新</translation>
    </message>
    <message>
        <source>Up to date {time}</source>
        <translation>已是最新 {time}</translation>
    </message>
    <message>
        <source>What waits is saved here and is sent by itself.</source>
        <translation>待发送的内容已保存在本机，会自动发送。</translation>
    </message>
    <message>
        <source>{waiting} ({worth})</source>
        <translation>{waiting}（{worth}）</translation>
    </message>
</context>
<context>
    <name>States</name>
    <message>
        <source>Active</source>
        <translation>在用</translation>
    </message>
    <message>
        <source>Answered</source>
        <translation>已答复</translation>
    </message>
    <message>
        <source>Approved</source>
        <translation>已批准</translation>
    </message>
    <message>
        <source>Being looked at</source>
        <translation>处理中</translation>
    </message>
    <message>
        <source>Being sent</source>
        <translation>发送中</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>已关闭</translation>
    </message>
    <message>
        <source>Conflict</source>
        <translation>冲突</translation>
    </message>
    <message>
        <source>Decided by rule</source>
        <translation>已按规则处理</translation>
    </message>
    <message>
        <source>Delivered</source>
        <translation>已交货</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Draft</source>
        <translation>草稿</translation>
    </message>
    <message>
        <source>Dropped</source>
        <translation>已丢弃</translation>
    </message>
    <message>
        <source>Frozen</source>
        <translation>已冻结</translation>
    </message>
    <message>
        <source>In approval</source>
        <translation>审批中</translation>
    </message>
    <message>
        <source>In execution</source>
        <translation>执行中</translation>
    </message>
    <message>
        <source>Invalid</source>
        <translation>无效客户</translation>
    </message>
    <message>
        <source>Merged</source>
        <translation>已合并</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>待处理</translation>
    </message>
    <message>
        <source>Potential</source>
        <translation>潜在客户</translation>
    </message>
    <message>
        <source>Public pool</source>
        <translation>公海</translation>
    </message>
    <message>
        <source>Refunded</source>
        <translation>已退款</translation>
    </message>
    <message>
        <source>Refused by the office</source>
        <translation>总部未接受</translation>
    </message>
    <message>
        <source>Rejected</source>
        <translation>已拒绝</translation>
    </message>
    <message>
        <source>Replaced</source>
        <translation>已换货</translation>
    </message>
    <message>
        <source>Requested</source>
        <translation>已申请</translation>
    </message>
    <message>
        <source>Resolved</source>
        <translation>已解决</translation>
    </message>
    <message>
        <source>Retired</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>Return under way</source>
        <translation>退货处理中</translation>
    </message>
    <message>
        <source>Returned</source>
        <translation>已退回</translation>
    </message>
    <message>
        <source>Sent again</source>
        <translation>已重新发送</translation>
    </message>
    <message>
        <source>Settled</source>
        <translation>已结算</translation>
    </message>
    <message>
        <source>Submitted</source>
        <translation>已提交</translation>
    </message>
    <message>
        <source>Taken back</source>
        <translation>已恢复原状</translation>
    </message>
    <message>
        <source>Trading</source>
        <translation>成交客户</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>待发送</translation>
    </message>
    <message>
        <source>Withdrawn</source>
        <translation>已撤回</translation>
    </message>
</context>
<context>
    <name>Tables</name>
    <message>
        <source>Agreed price</source>
        <translation>协议价</translation>
    </message>
    <message>
        <source>Conflict</source>
        <translation>冲突</translation>
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
        <source>Data access</source>
        <translation>数据授权</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>审批决定</translation>
    </message>
    <message>
        <source>Delivery address</source>
        <translation>收货地址</translation>
    </message>
    <message>
        <source>Discount rule</source>
        <translation>折扣规则</translation>
    </message>
    <message>
        <source>Division</source>
        <translation>事业部</translation>
    </message>
    <message>
        <source>List price</source>
        <translation>价目表价格</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Order line</source>
        <translation>订单行</translation>
    </message>
    <message>
        <source>Pack</source>
        <translation>包装单位</translation>
    </message>
    <message>
        <source>Payment terms</source>
        <translation>付款条件</translation>
    </message>
    <message>
        <source>Person</source>
        <translation>人员</translation>
    </message>
    <message>
        <source>Person&apos;s territory</source>
        <translation>人员区域</translation>
    </message>
    <message>
        <source>Price list</source>
        <translation>价目表</translation>
    </message>
    <message>
        <source>Product</source>
        <translation>产品</translation>
    </message>
    <message>
        <source>Product category</source>
        <translation>产品类别</translation>
    </message>
    <message>
        <source>Role</source>
        <translation>角色</translation>
    </message>
    <message>
        <source>Sealed order</source>
        <translation>已封存订单</translation>
    </message>
    <message>
        <source>Set-aside change</source>
        <translation>被搁置的更改</translation>
    </message>
    <message>
        <source>Supplier</source>
        <translation>供应商</translation>
    </message>
    <message>
        <source>Tax class</source>
        <translation>税类</translation>
    </message>
    <message>
        <source>Tax rate</source>
        <translation>税率</translation>
    </message>
    <message>
        <source>Territory</source>
        <translation>区域</translation>
    </message>
</context>
<context>
    <name>Undo</name>
    <message>
        <source>Do again</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Done again: {deed}</source>
        <translation>已重做：{deed}</translation>
    </message>
    <message>
        <source>The office has “{deed}” already. A new change can undo it there too.</source>
        <translation>“{deed}”已送达总部。可以用一次新的更改在总部一并撤销。</translation>
    </message>
    <message>
        <source>The office has “{deed}” already. Its history has what was there before.</source>
        <translation>“{deed}”已送达总部。原来的内容可在历史记录中查看。</translation>
    </message>
    <message>
        <source>The office refused “{deed}”. Decide about it in the sync centre.</source>
        <translation>总部拒绝了“{deed}”。请在同步中心决定如何处理。</translation>
    </message>
    <message>
        <source>Undo by a new change</source>
        <translation>用新的更改撤销</translation>
    </message>
    <message>
        <source>Undone: {deed}</source>
        <translation>已撤销：{deed}</translation>
    </message>
    <message>
        <source>“{deed}” cannot be done again: the office has that it was undone.</source>
        <translation>“{deed}”无法重做：总部已收到撤销。</translation>
    </message>
</context>
<context>
    <name>Values</name>
    <message>
        <source>a record that is not on this laptop</source>
        <translation>不在本机上的记录</translation>
    </message>
    <message>
        <source>no</source>
        <translation>否</translation>
    </message>
    <message>
        <source>somebody</source>
        <translation>某人</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>{quantity} {unit} at {price}</source>
        <translation>{quantity} {unit}，单价 {price}</translation>
    </message>
</context>
<context>
    <name>Workbench</name>
    <message>
        <source>Choose where to begin</source>
        <translation>选择从哪里开始</translation>
    </message>
    <message>
        <source>Error {code}</source>
        <translation>错误 {code}</translation>
    </message>
    <message>
        <source>Everything stands in the navigation at the left; Ctrl+K finds the rest.</source>
        <translation>所有内容都在左侧导航中；按 Ctrl+K 查找其他。</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>菜单</translation>
    </message>
</context>
</TS>
