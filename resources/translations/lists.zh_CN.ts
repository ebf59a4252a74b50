<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>BuilderDialog</name>
    <message>
        <source>A condition has no value yet, or one that cannot be read.</source>
        <translation>有条件还没有值，或值无法识别。</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>Build a filter</source>
        <translation>设置筛选条件</translation>
    </message>
    <message>
        <source>Choose columns</source>
        <translation>选择列</translation>
    </message>
    <message>
        <source>Choose fields, comparisons and values</source>
        <translation>选择字段、比较方式和值</translation>
    </message>
    <message>
        <source>Clear the filter</source>
        <translation>清除筛选</translation>
    </message>
    <message>
        <source>Copy the chosen rows</source>
        <translation>复制所选行</translation>
    </message>
    <message>
        <source>Copy the chosen rows as text for a spreadsheet</source>
        <translation>将所选行复制为可粘贴到电子表格的文本</translation>
    </message>
    <message>
        <source>Export the list</source>
        <translation>导出列表</translation>
    </message>
    <message>
        <source>Filter the list</source>
        <translation>筛选列表</translation>
    </message>
    <message>
        <source>List</source>
        <translation>列表</translation>
    </message>
    <message>
        <source>Save this filter</source>
        <translation>保存此筛选</translation>
    </message>
    <message>
        <source>Saved filters</source>
        <translation>已存筛选</translation>
    </message>
    <message>
        <source>Write the list as it is shown into a workbook or a CSV file</source>
        <translation>将当前显示的列表写入工作簿或 CSV 文件</translation>
    </message>
</context>
<context>
    <name>Exporting</name>
    <message numerus="yes">
        <source>%n row(s) written to {file}.</source>
        <translation>
            <numerusform>已将 %n 行写入 {file}。</numerusform>
        </translation>
    </message>
    <message>
        <source>Export the list</source>
        <translation>导出列表</translation>
    </message>
    <message>
        <source>Exporting {done} of {total}</source>
        <translation>正在导出 {done} / {total}</translation>
    </message>
    <message>
        <source>Progress of the export</source>
        <translation>导出进度</translation>
    </message>
    <message>
        <source>Show folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Text with commas (*.csv)</source>
        <translation>逗号分隔文本 (*.csv)</translation>
    </message>
    <message>
        <source>Workbook (*.xlsx)</source>
        <translation>工作簿 (*.xlsx)</translation>
    </message>
</context>
<context>
    <name>FilterBar</name>
    <message>
        <source>Suggestions</source>
        <translation>建议</translation>
    </message>
</context>
<context>
    <name>Filters</name>
    <message>
        <source>, </source>
        <translation>、</translation>
    </message>
    <message>
        <source>2025-09-01, 30 days ago …</source>
        <translation>2025-09-01、30天前 …</translation>
    </message>
    <message>
        <source>5000, USD 99.50 …</source>
        <translation>5000、5万、USD 99.50 …</translation>
    </message>
    <message>
        <source>A condition is missing here.</source>
        <translation>此处缺少条件。</translation>
    </message>
    <message>
        <source>A value is missing behind {field}.</source>
        <translation>“{field}”后面缺少值。</translation>
    </message>
    <message>
        <source>One, another, …</source>
        <translation>甲、乙 …</translation>
    </message>
    <message>
        <source>Several words that are one value stand in quotation marks.</source>
        <translation>含空格的值请加引号。</translation>
    </message>
    <message>
        <source>The filter is too long.</source>
        <translation>筛选条件太长。</translation>
    </message>
    <message>
        <source>The list of values has no closing bracket.</source>
        <translation>值列表缺少右括号。</translation>
    </message>
    <message>
        <source>The quotation mark is not closed.</source>
        <translation>引号没有闭合。</translation>
    </message>
    <message>
        <source>The second value is missing: {field} between one and another.</source>
        <translation>缺少第二个值：{field} 介于 … 和 …。</translation>
    </message>
    <message>
        <source>There are too many brackets in brackets.</source>
        <translation>括号嵌套过多。</translation>
    </message>
    <message>
        <source>There is no field {field} here.</source>
        <translation>此处没有“{field}”字段。</translation>
    </message>
    <message>
        <source>This bracket closes nothing.</source>
        <translation>多余的右括号。</translation>
    </message>
    <message>
        <source>This bracket is not closed.</source>
        <translation>括号没有闭合。</translation>
    </message>
    <message>
        <source>Whole number</source>
        <translation>整数</translation>
    </message>
    <message>
        <source>{field} cannot be asked like this. It knows: {operators}.</source>
        <translation>“{field}”不能这样比较，可用：{operators}。</translation>
    </message>
    <message>
        <source>{field} is one of: {choices}.</source>
        <translation>“{field}”只能是：{choices}。</translation>
    </message>
    <message>
        <source>{field} needs a day: 2025-09-01, 2025-09, today, 30 days ago, this month.</source>
        <translation>“{field}”需要日期：2025-09-01、2025年9月、今天、30天前、本月。</translation>
    </message>
    <message>
        <source>{field} needs a whole number.</source>
        <translation>“{field}”需要整数。</translation>
    </message>
    <message>
        <source>{field} needs an amount: 5000, ¥5,000, USD 99.50.</source>
        <translation>“{field}”需要金额：5000、5万、¥5,000、USD 99.50。</translation>
    </message>
</context>
<context>
    <name>Group</name>
    <message>
        <source>Add condition</source>
        <translation>添加条件</translation>
    </message>
    <message>
        <source>Add group</source>
        <translation>添加条件组</translation>
    </message>
    <message>
        <source>All of these hold</source>
        <translation>满足全部条件</translation>
    </message>
    <message>
        <source>At least one of these holds</source>
        <translation>满足任一条件</translation>
    </message>
    <message>
        <source>How the conditions belong together</source>
        <translation>条件之间的关系</translation>
    </message>
    <message>
        <source>None of these holds</source>
        <translation>全部不满足</translation>
    </message>
    <message>
        <source>Remove this group</source>
        <translation>移除此组</translation>
    </message>
</context>
<context>
    <name>ListPage</name>
    <message>
        <source>Build a filter</source>
        <translation>设置筛选条件</translation>
    </message>
    <message>
        <source>Clear the filter</source>
        <translation>清除筛选</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Currency</source>
        <translation>币种</translation>
    </message>
    <message>
        <source>Export the list</source>
        <translation>导出列表</translation>
    </message>
    <message>
        <source>No row fits this filter. Take something out of it, or clear it.</source>
        <translation>没有符合筛选条件的记录。请放宽条件，或清除筛选。</translation>
    </message>
    <message>
        <source>Nothing here yet</source>
        <translation>这里还没有内容</translation>
    </message>
    <message>
        <source>Nothing matches</source>
        <translation>没有匹配项</translation>
    </message>
    <message>
        <source>Saved filters</source>
        <translation>已存筛选</translation>
    </message>
</context>
<context>
    <name>NameDialog</name>
    <message>
        <source>A filter needs a name.</source>
        <translation>请填写名称。</translation>
    </message>
    <message>
        <source>Another filter has this name.</source>
        <translation>已有同名的筛选。</translation>
    </message>
    <message>
        <source>Begin the list with it</source>
        <translation>打开列表时使用</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Rename filter</source>
        <translation>重命名筛选</translation>
    </message>
    <message>
        <source>Save this filter</source>
        <translation>保存此筛选</translation>
    </message>
    <message>
        <source>Show above the list</source>
        <translation>显示在列表上方</translation>
    </message>
</context>
<context>
    <name>Row</name>
    <message>
        <source>Any text</source>
        <translation>任意文本</translation>
    </message>
    <message>
        <source>Comparison</source>
        <translation>比较方式</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>字段</translation>
    </message>
    <message>
        <source>Remove this condition</source>
        <translation>移除此条件</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>Words</source>
        <translation>文字</translation>
    </message>
    <message>
        <source>contains the words</source>
        <translation>包含文字</translation>
    </message>
</context>
<context>
    <name>SavedFilters</name>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Begin the list with it</source>
        <translation>打开列表时使用</translation>
    </message>
    <message>
        <source>Delete filter</source>
        <translation>删除筛选</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>重命名…</translation>
    </message>
    <message>
        <source>Replace by what is shown now</source>
        <translation>用当前筛选替换</translation>
    </message>
    <message>
        <source>Save this filter…</source>
        <translation>保存此筛选…</translation>
    </message>
    <message>
        <source>Show above the list</source>
        <translation>显示在列表上方</translation>
    </message>
</context>
<context>
    <name>ValueInput</name>
    <message>
        <source>Choose a day</source>
        <translation>选择日期</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>请选择…</translation>
    </message>
</context>
</TS>
