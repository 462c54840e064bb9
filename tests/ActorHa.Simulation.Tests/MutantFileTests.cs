namespace ActorHa.Simulation.Tests;

/// <summary>Mutants are files; each must still fit the sources.</summary>
public sealed class MutantFileTests
{
    private static readonly string Root = Find();

    private static List<Mutant> All() => [.. Directory.GetFiles(Path.Combine(Root, "tests", "mutants"), "*.mutant").Select(Mutant.Read)];

    [Fact]
    public void There_are_at_least_sixty_and_each_applies()
    {
        Assert.True(All().Count >= 60);
        Assert.All(All(), m => Assert.NotNull(m.Apply(File.ReadAllText(Path.Combine(Root, m.File)))));
    }

    [Fact]
    public void A_text_that_is_not_there_or_twice_does_not_apply()
    {
        var mutant = new Mutant("m", "", "", "a", "b", null);
        Assert.Equal("xbx", mutant.Apply("xax"));
        Assert.Null(mutant.Apply("x"));
        Assert.Null(mutant.Apply("aa"));
    }

    private static string Find()
    {
        var d = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(d.FullName, "ActorHa.sln"))) d = d.Parent ?? throw new InvalidOperationException("the sources are not above the tests");
        return d.FullName;
    }
}
