using ActorHa.Hocon;

namespace ActorHa.Hocon.Tests;

public sealed class IncludeTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("actorha-hocon-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    private string Put(string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    [Fact]
    public void An_include_is_found_beside_the_including_file_and_merges_where_it_stands()
    {
        Put("parts/timers.conf", "suspect-after = 3s\ninclude \"deep.conf\"");
        Put("parts/deep.conf", "beat = 100ms");
        var read = HoconDocument.Load(Put("main.conf", "timers {\n include \"parts/timers.conf\"\n beat = 50ms\n}"));
        var timers = (HoconObject)read.Whole().Fields["timers"].Value;
        Assert.Equal(["3s", "50ms"], timers.Fields.Select(f => ((HoconScalar)f.Value.Value).Text));
        Assert.EndsWith("timers.conf:1:1", timers.Fields["suspect-after"].KeyOrigin.ToString(), StringComparison.Ordinal);
        Assert.False(read.SelfContained);
    }

    [Fact]
    public void Files_that_include_each_other_are_refused()
    {
        Put("b.conf", "include \"a.conf\"");
        var error = Assert.Single(HoconDocument.Load(Put("a.conf", "include \"b.conf\"")).Errors);
        Assert.Contains("b.conf:1:1: found include \"a.conf\", which is being read already", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_chain_of_includes_is_refused()
    {
        for (var i = 0; i < 40; i++) Put($"f{i}.conf", $"include \"f{i + 1}.conf\"");
        Assert.Contains("at most 16", Assert.Single(HoconDocument.Load(Path.Combine(folder, "f0.conf")).Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_an_error_that_names_it()
    {
        Assert.Contains("none.conf", Assert.Single(HoconDocument.Load(Path.Combine(folder, "none.conf")).Errors).ToString(), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Assert.Single(HoconDocument.Load(Put("x.conf", "include \"none.conf\"")).Errors).ToString(), StringComparison.Ordinal);
    }

    [Testing.NeedsFact]
    public void A_file_without_end_is_refused() =>
        Assert.Contains("more than", Assert.Single(HoconDocument.Load(Put("x.conf", "include \"/dev/zero\"")).Errors).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Random_bytes_give_errors_and_never_anything_else()
    {
        var random = new Random(20260101);
        const string taste = "a.b={}[]\"\\#/$?:, \n\t=include \"x\"${?P}09ms\u00e9\0";
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(120)];
            if (round % 4 == 0) random.NextBytes(bytes);
            else for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)taste[random.Next(taste.Length)];
            var path = Path.Combine(folder, "fuzz.conf");
            File.WriteAllBytes(path, bytes);
            var read = HoconDocument.Load(path);
            try
            {
                var reader = new Reader(read);
                foreach (var key in reader.Root.Keys.ToArray()) reader.Root.Duration(key, default, TimeSpan.MaxValue);
                Assert.All(reader.Finish(), e => Assert.NotEmpty(e.ToString()));
                read.Whole();
            }
            catch (HoconException e)
            {
                Assert.NotEmpty(e.Errors);
            }
        }
    }
}
