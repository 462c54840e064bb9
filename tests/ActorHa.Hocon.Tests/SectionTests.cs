using ActorHa.Hocon;

namespace ActorHa.Hocon.Tests;

public sealed class SectionTests
{
    private static (string[] Errors, T Value) Read<T>(string text, Func<Section, T> ask, string? defaults = null)
    {
        var reader = new Reader(HoconDocument.Parse(text, "t.conf"), defaults is null ? null : HoconDocument.Parse(defaults, "reference.conf").Whole());
        var value = ask(reader.Root);
        return ([.. reader.Finish().Select(e => e.ToString())], value);
    }

    [Theory]
    [InlineData("400ms", 400)]
    [InlineData("1.5 s", 1500)]
    [InlineData("2 minutes", 120_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("\"1 day\"", 86_400_000)]
    public void Durations_have_units(string text, int milliseconds)
    {
        var (errors, value) = Read($"x = {text}", s => s.Duration("x", TimeSpan.Zero, TimeSpan.MaxValue));
        Assert.Empty(errors);
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), value);
    }

    [Theory]
    [InlineData("96M", 96L << 20)]
    [InlineData("96 MiB", 96L << 20)]
    [InlineData("96MB", 96_000_000)]
    [InlineData("1.5G", 3L << 29)]
    [InlineData("4K", 4096)]
    [InlineData("10 B", 10)]
    public void Sizes_have_units(string text, long bytes)
    {
        var (errors, value) = Read($"x = {text}", s => s.Size("x", 0, long.MaxValue));
        Assert.Empty(errors);
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("x = 5", "t.conf:1:5: x: found 5, expected a duration with its unit (ms, s, m, h, d)")]
    [InlineData("x = 5 parsecs", "t.conf:1:5: x: found 5 parsecs, expected a duration with its unit (ms, s, m, h, d)")]
    [InlineData("x = -5s", "t.conf:1:5: x: found -5s, expected a duration with its unit (ms, s, m, h, d)")]
    [InlineData("x = 99999999999d", "t.conf:1:5: x: found 99999999999d, expected a duration with its unit (ms, s, m, h, d)")]
    [InlineData("x { y = 1 }", "t.conf:1:3: x: found an object { }, expected a duration with its unit (ms, s, m, h, d)")]
    [InlineData("x = 2h", "t.conf:1:5: x: found 2h, expected from 1s to 1h")]
    [InlineData("", "t.conf:1:1: x: found nothing, expected a duration with its unit (ms, s, m, h, d)")]
    public void Wrong_values_are_refused_with_what_was_expected(string text, string error) =>
        Assert.Equal([error], Read(text, s => s.Duration("x", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))).Errors.Where(e => !e.Contains("x.y")));

    [Fact]
    public void Unknown_keys_are_refused_and_the_nearest_name_is_offered()
    {
        var (errors, _) = Read("timers { suspect-afer = 2s, quux = 1 }\nhello = 1", s => s.Child("timers").Duration("suspect-after", default, TimeSpan.MaxValue),
            "timers { suspect-after = 2s }");
        Assert.Equal(
            [
                "t.conf:1:10: timers.suspect-afer: found an unknown key, expected \"suspect-after\"",
                "t.conf:1:29: timers.quux: found an unknown key, expected one of suspect-after",
                "t.conf:2:1: hello: found an unknown key, expected one of timers",
            ], errors);
    }

    [Fact]
    public void Defaults_fill_in_and_their_marks_say_what_must_be_set()
    {
        const string defaults = "a { number = 3, name = REQUIRED, note = NONE }";
        var (errors, value) = Read("a { name = x }", s => Ask(s.Child("a")), defaults);
        Assert.Empty(errors);
        Assert.Equal((3, "x", null), value);
        Assert.Equal(["t.conf:1:1: a.name: found nothing, expected a text"], Read("", s => Ask(s.Child("a")), defaults).Errors);

        static (int, string, string?) Ask(Section a) => (a.Integer("number"), a.Text("name"), a.OptionalText("note"));
    }

    [Fact]
    public void Other_types_say_what_they_are()
    {
        var (errors, _) = Read("i = x, b = maybe, w = c, l = 1, t = [[1]], e = \"\", o = 3", s =>
        {
            s.Integer("i", 0, 9);
            s.Boolean("b");
            s.OneOf("w", ("a", 1), ("b", 2));
            s.Texts("l");
            s.Texts("t");
            s.Text("e");
            s.Child("o").Text("never-complained-about");
            return 0;
        });
        Assert.Equal(
            [
                "t.conf:1:5: i: found x, expected a whole number from 0 to 9",
                "t.conf:1:12: b: found maybe, expected yes or no",
                "t.conf:1:23: w: found c, expected a or b",
                "t.conf:1:30: l: found 1, expected a list of texts",
                "t.conf:1:38: t: found a list of 1, expected a text",
                "t.conf:1:48: e: found \"\", expected a text",
                "t.conf:1:56: o: found 3, expected an object { }",
            ], errors);
    }

    [Theory]
    [InlineData(400, "400ms")]
    [InlineData(2000, "2s")]
    [InlineData(90_000, "90s")]
    [InlineData(600_000, "10m")]
    [InlineData(0, "0ms")]
    public void Durations_print_as_they_are_read(int milliseconds, string text)
    {
        Assert.Equal(text, Units.Print(TimeSpan.FromMilliseconds(milliseconds)));
        Assert.True(Units.TryDuration(text, out var back));
        Assert.Equal(milliseconds, back.TotalMilliseconds);
    }
}
