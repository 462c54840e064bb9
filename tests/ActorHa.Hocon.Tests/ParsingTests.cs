using ActorHa.Hocon;

namespace ActorHa.Hocon.Tests;

public sealed class ParsingTests
{
    private static HoconObject Tree(string text) => HoconDocument.Parse(text, "t.conf").Whole();

    private static string Show(HoconValue value) => value switch
    {
        HoconScalar s => s.Quoted ? $"'{s.Text}'" : s.Text,
        HoconList l => $"[{string.Join(", ", l.Items.Select(Show))}]",
        HoconObject o => $"{{{string.Join(", ", o.Fields.Select(f => $"{f.Key}={Show(f.Value.Value)}"))}}}",
        _ => "?",
    };

    private static string[] Errors(string text) => [.. HoconDocument.Parse(text, "t.conf").Errors.Select(e => e.ToString())];

    [Theory]
    [InlineData("", "{}")]
    [InlineData("{ a = 1 }", "{a=1}")]
    [InlineData("a = 1 # one\nb : two // deux\nc { d = yes }", "{a=1, b=two, c={d=yes}}")]
    [InlineData("a.b.c = 1, a.b.d = 2", "{a={b={c=1, d=2}}}")]
    [InlineData("\"a.b\" = \"x # y\"", "{a.b='x # y'}")]
    [InlineData("a = [1, two words, \"three\",]", "{a=[1, two words, 'three']}")]
    [InlineData("a = [\n 1\n 2, # two\n { b = 3 }\n [4]\n]", "{a=[1, 2, {b=3}, [4]]}")]
    [InlineData("a = \n  1\r\nb = 2\r\n", "{a=1, b=2}")]
    [InlineData("\uFEFFa = \"q\\\"\\n\\u00e9\"", "{a='q\"\n\u00e9'}")]
    [InlineData("t = 1.5 h\naddr = 192.168.41.2\nfile = /etc/a_b-c", "{t=1.5 h, addr=192.168.41.2, file=/etc/a_b-c}")]
    [InlineData("include = 1\nincluded { x = 2 }", "{include=1, included={x=2}}")]
    public void The_subset_is_read(string text, string tree) => Assert.Equal(tree, Show(Tree(text)));

    [Theory]
    [InlineData("a { x = 1, y = 1 }\na { y = 2, z = 3 }", "{a={x=1, y=2, z=3}}")]
    [InlineData("a = 1\na = 2", "{a=2}")]
    [InlineData("a { x = 1 }\na = 2", "{a=2}")]
    [InlineData("a = 2\na { x = 1 }", "{a={x=1}}")]
    [InlineData("a = [1, 2]\na = [3]", "{a=[3]}")]
    public void Of_the_same_key_objects_merge_and_else_the_later_one_wins(string text, string tree) => Assert.Equal(tree, Show(Tree(text)));

    [Theory]
    [InlineData("a = ${b.c}\nb { c = 1 }", "{a=1, b={c=1}}")]
    [InlineData("b { x = 1, y = 1 }\na = ${b}\na { y = 2 }", "{b={x=1, y=1}, a={x=1, y=2}}")]
    [InlineData("a { b = ${a.c}, c = 3 }", "{a={b=3, c=3}}")]
    [InlineData("a = ${b.x}\nb = ${c}\nc { x = 7 }", "{a=7, b={x=7}, c={x=7}}")]
    [InlineData("a = 1\na = ${?nothing}", "{a=1}")]
    [InlineData("a = ${?nothing}\nl = [1, ${?nothing}]", "{l=[1]}")]
    public void References_are_filled_in(string text, string tree) => Assert.Equal(tree, Show(Tree(text)));

    [Fact]
    public void An_optional_reference_takes_the_path_first_and_then_the_environment()
    {
        var sources = HoconSources.None with { Variable = name => name == "HOME_DIR" ? "/home/x" : null };
        var read = HoconDocument.Parse("a = ${?HOME_DIR}\nb = ${?c}\nc = 1", "t.conf", sources);
        var scalar = Assert.IsType<HoconScalar>(read.Whole().Fields["a"].Value);
        Assert.Equal(("/home/x", "HOME_DIR"), (scalar.Text, scalar.FromVariable));
        Assert.DoesNotContain("/home/x", scalar.Describe());
        Assert.Equal("1", Show(read.Root.Fields["b"].Value));
        Assert.False(read.SelfContained);
    }

    [Theory]
    [InlineData("a = ${b}", "t.conf:1:5: a: found ${b}, expected a key that exists (only ${?NAME} may be absent or come from the environment)")]
    [InlineData("x { a = ${x} }", "t.conf:1:9: x.a.a: found ${x}, which leads back to itself, expected a reference to another key")]
    [InlineData("a = null", "t.conf:1:5: a: found null, expected a value (null is not supported: leave the key out)")]
    [InlineData("a = 1\n  b", "t.conf:2:4: b: found the end of the file, expected '=', ':' or '{' after the key")]
    [InlineData("a {\n b = 1\n", "t.conf:3:1: a: found the end of the file, expected '}' for the '{' of line 1")]
    [InlineData("a = [1, 2", "t.conf:1:10: a: found the end of the file, expected ']' for the '[' of line 1")]
    [InlineData("a = \"x\nb = 2", "t.conf:1:5: a: found a text whose closing quote is missing, expected a quoted text on one line")]
    [InlineData("a = \"\\q\"", "t.conf:1:5: a: found the escape \\q, expected a quoted text on one line")]
    [InlineData("a = x\"y\"", "t.conf:1:6: found '\"', expected a comma, the end of the line (values side by side are not joined: put the whole into quotes)")]
    [InlineData("a += 1", "t.conf:1:3: a: found '+', expected '=' ('+=' is not supported: write the whole list)")]
    [InlineData("a = \"\"\"x\"\"\"", "t.conf:1:5: a: found '\"', expected a text in single quotation marks \"…\" (triple quotes are not supported)")]
    [InlineData("a = 1 }", "t.conf:1:7: found '}', expected a comma, the end of the line")]
    [InlineData("a = $x", "t.conf:1:5: a: found '$', expected ${path} or ${?NAME} (a text with $ in it must be quoted)")]
    [InlineData("include file(\"x\")", "t.conf:1:9: found 'f', expected include \"file\" (only files are included, by their path in quotes)")]
    [InlineData("include \"x\"", "t.conf:1:1: found include \"x\", expected a text that stands for itself (all members must read the same)")]
    public void What_is_wrong_is_said_with_its_place(string text, string error) => Assert.Equal([error], Errors(text));

    [Fact]
    public void All_errors_show_at_once() => Assert.Equal(
        [
            "t.conf:1:5: a: found null, expected a value (null is not supported: leave the key out)",
            "t.conf:2:7: b.c: found '?', expected a value",
            "t.conf:4:9: b.d[1]: found ${no}, expected a key that exists (only ${?NAME} may be absent or come from the environment)",
        ],
        Errors("a = null\nb.c = ?\nb {\nd = [1, ${no}]\n}"));

    [Fact]
    public void Every_value_keeps_its_place()
    {
        var a = (HoconObject)Tree("\n a {\n  b = [1,\n   2] }").Fields["a"].Value;
        var list = (HoconList)a.Fields["b"].Value;
        Assert.Equal("t.conf:3:3", a.Fields["b"].KeyOrigin.ToString());
        Assert.Equal("t.conf:3:7", list.Origin.ToString());
        Assert.Equal("t.conf:4:4", list.Items[1].Origin.ToString());
    }

    [Fact]
    public void Too_deep_is_refused_and_not_a_crash()
    {
        Assert.NotEmpty(Errors(string.Concat(Enumerable.Repeat("a{", 100_000))));
        Assert.NotEmpty(Errors("a = " + new string('[', 200_000)));
        Assert.NotEmpty(Errors(string.Join('.', Enumerable.Repeat("a", 1000)) + " = 1"));
    }

    [Fact]
    public void References_that_double_themselves_end_at_the_bound()
    {
        var text = "a0 = [x, x]\n" + string.Join('\n', Enumerable.Range(1, 60).Select(i => $"a{i} = [${{a{i - 1}}}, ${{a{i - 1}}}]"));
        Assert.Contains(Errors(text), e => e.Contains("multiply without end", StringComparison.Ordinal));
        Assert.NotEmpty(Errors("a = ${b.x}\na = ${c.x}\nb = ${a}\nb = ${c}\nc = ${a}\nc = ${b}\nr = ${a.x.y}"));
    }
}
