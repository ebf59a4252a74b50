<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="rn_BI">
<context>
    <name>Commands</name>
    <message>
        <source>Begin to work</source>
        <translation>开始工作</translation>
    </message>
    <message>
        <source>Go</source>
        <translation>前往</translation>
    </message>
    <message>
        <source>The copy goes on in the background</source>
        <translation>复制在后台继续进行</translation>
    </message>
</context>
<context>
    <name>FirstCopy</name>
    <message>
        <source>Asking the office …</source>
        <translation>正在连接总部…</translation>
    </message>
    <message>
        <source>Contacts</source>
        <translation>联系人</translation>
    </message>
    <message>
        <source>Customers</source>
        <translation>客户</translation>
    </message>
    <message>
        <source>Delivery addresses</source>
        <translation>收货地址</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Everything that you may see is on this laptop, encrypted, also without a network.</source>
        <translation>您有权查看的内容都已加密保存在本机，没有网络也能使用。</translation>
    </message>
    <message>
        <source>First copy</source>
        <translation>首次复制</translation>
    </message>
    <message>
        <source>Here already</source>
        <translation>已在本机</translation>
    </message>
    <message>
        <source>Orders</source>
        <translation>订单</translation>
    </message>
    <message>
        <source>Products</source>
        <translation>产品</translation>
    </message>
    <message>
        <source>The office cannot be reached. The copy goes on by itself from here.</source>
        <translation>无法连接总部。连上后会从这里自动继续复制。</translation>
    </message>
    <message>
        <source>The office refuses this laptop. What is here stays usable.</source>
        <translation>总部拒绝了本机。已有的内容仍可使用。</translation>
    </message>
    <message>
        <source>What is here can be used already. Lists and sums grow until the copy is complete.</source>
        <translation>已复制的内容现在就可以使用。复制完成之前，列表和合计会继续增加。</translation>
    </message>
    <message>
        <source>What the office has for you comes onto this laptop, encrypted. This happens once.</source>
        <translation>总部为您准备的数据正在加密复制到本机，只需进行一次。</translation>
    </message>
    <message>
        <source>Your copy is being made</source>
        <translation>正在复制数据</translation>
    </message>
    <message>
        <source>Your copy is complete</source>
        <translation>数据已复制完成</translation>
    </message>
    <message>
        <source>{done} of {total} rows</source>
        <translation>{done} / {total} 行</translation>
    </message>
</context>
<context>
    <name>FirstRun</name>
    <message>
        <source>A passphrase is needed.</source>
        <translation>请输入口令。</translation>
    </message>
    <message>
        <source>Account</source>
        <translation>账号</translation>
    </message>
    <message>
        <source>Account or password is wrong.</source>
        <translation>账号或密码不正确。</translation>
    </message>
    <message>
        <source>Address of the server</source>
        <translation>服务器地址</translation>
    </message>
    <message>
        <source>An address looks like https://office.example.com.</source>
        <translation>地址的格式如 https://office.example.com。</translation>
    </message>
    <message>
        <source>An address that begins with http:// sends everything without encryption. Use https://.</source>
        <translation>以 http:// 开头的地址传输时不加密。请使用 https://。</translation>
    </message>
    <message>
        <source>Asking the office …</source>
        <translation>正在连接总部…</translation>
    </message>
    <message>
        <source>I trust this network: send without encryption</source>
        <translation>我信任此网络：不加密传输</translation>
    </message>
    <message>
        <source>Name of this laptop at the office</source>
        <translation>本机在总部显示的名称</translation>
    </message>
    <message>
        <source>Nobody answers at this address. Check it, and whether you are online.</source>
        <translation>此地址没有应答。请检查地址以及网络连接。</translation>
    </message>
    <message>
        <source>One-time code</source>
        <translation>一次性代码</translation>
    </message>
    <message>
        <source>Passphrase</source>
        <translation>口令</translation>
    </message>
    <message>
        <source>Passphrase once more</source>
        <translation>再次输入口令</translation>
    </message>
    <message>
        <source>Password</source>
        <translation>密码</translation>
    </message>
    <message>
        <source>Set up</source>
        <translation>开始设置</translation>
    </message>
    <message>
        <source>Set up this laptop</source>
        <translation>设置本机</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Sign in again</source>
        <translation>重新登录</translation>
    </message>
    <message>
        <source>Something else answers here. Sign in to this network first, or check the address.</source>
        <translation>应答的不是总部。请先登录此网络，或检查地址。</translation>
    </message>
    <message>
        <source>The office cannot answer at the moment. Try again shortly.</source>
        <translation>总部暂时无法应答。请稍后再试。</translation>
    </message>
    <message>
        <source>The office does not take this code: it was used, is too old, or has a typing error.</source>
        <translation>总部不接受此代码：已使用、已过期或输入有误。</translation>
    </message>
    <message>
        <source>The proxy of this network does not let Roundsman through.</source>
        <translation>此网络的代理不允许 Roundsman 通过。</translation>
    </message>
    <message>
        <source>The two are not the same.</source>
        <translation>两次输入不一致。</translation>
    </message>
    <message>
        <source>This is needed.</source>
        <translation>此项必填。</translation>
    </message>
    <message>
        <source>This laptop does not trust the certificate of this address. Ask whoever runs the network.</source>
        <translation>本机不信任此地址的证书。请联系网络管理员。</translation>
    </message>
    <message>
        <source>This system keeps no secrets for programs, so a passphrase guards your copy. Choose 8 characters or more; nobody can restore it for you.</source>
        <translation>此系统不为程序保管密钥，因此用口令保护您的数据。请设置 8 个或更多字符；口令遗失后无人能找回。</translation>
    </message>
    <message>
        <source>Too many tries. Try again in {time}.</source>
        <translation>尝试次数过多。请在 {time} 后再试。</translation>
    </message>
    <message>
        <source>Use a one-time code instead</source>
        <translation>改用一次性代码</translation>
    </message>
    <message>
        <source>Use account and password instead</source>
        <translation>改用账号和密码</translation>
    </message>
    <message>
        <source>With the account that the office gave you.</source>
        <translation>使用总部给您的账号。</translation>
    </message>
    <message>
        <source>With the code that the office gave you. It works once.</source>
        <translation>使用总部给您的代码，只能使用一次。</translation>
    </message>
    <message>
        <source>Your data and what waits to be sent are still on this laptop, as {name} at {server}.</source>
        <translation>您的数据和待发送的内容仍在本机（{name}，{server}）。</translation>
    </message>
</context>
</TS>
