using System.Globalization;
using System.Reflection;

namespace ActorHa.Core.Tests;

/// <summary>Each rule has one name in the model, the decider, its tests, its story and its mutants: the table in tests/model/README.md.</summary>
public sealed class RuleNamesTests
{
    private static readonly string? Root = FindRoot();

    /// <summary>The copy that ops/mutants makes has no model: there is nothing to compare.</summary>
    public static TheoryData<string> Rows => [.. Lines()];

    [Fact]
    public void The_table_names_the_eleven_rules_of_the_kernel_and_those_of_time_and_restore()
    {
        if (Root is null) { Assert.False(Directory.Exists("tests/model")); return; }
        Assert.Equal(Enumerable.Range(1, 19).Select(n => $"{n}"), Lines().Select(r => r.Split('|')[0].Trim()));
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void What_a_row_names_exists(string row)
    {
        var cells = row.Split('|', StringSplitOptions.TrimEntries);
        if (Root is null) { Assert.Equal("no model here", cells[1]); return; }
        Assert.Equal(6, cells.Length);
        var macro = cells[1].ToUpperInvariant().Replace(' ', '_');
        Assert.Contains($"#ifndef {macro}\n", File.ReadAllText(Path.Combine(Root, "tests/model/rules.pml")), StringComparison.Ordinal);
        Assert.Contains($"without {cells[0]} {macro} ", File.ReadAllText(Path.Combine(Root, "ops/model")), StringComparison.Ordinal);

        var core = string.Concat(Directory.EnumerateFiles(Path.Combine(Root, "src/ActorHa.Core"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Select(File.ReadAllText));
        foreach (var arm in Names(cells[2]))
            Assert.True(core.Contains($"Decision.Record(\"{arm}\"", StringComparison.Ordinal) || core.Contains($"new Decision(\"{arm}\"", StringComparison.Ordinal), $"no arm \"{arm}\" in the core");
        foreach (var story in Names(cells[3]))
            Assert.True(File.Exists(Path.Combine(Root, "tests/ActorHa.Scenarios/stories", story + ".scenario")), $"no story {story}");
        foreach (var test in Names(cells[4]).Select(t => t.Replace("KernelRules ", "", StringComparison.Ordinal)))
            Assert.Contains(typeof(KernelRules).GetMethods(BindingFlags.Public | BindingFlags.Instance), m => m.Name.StartsWith(test, StringComparison.Ordinal));
        foreach (var mutant in Names(cells[5]))
            Assert.True(File.Exists(Path.Combine(Root, "tests/mutants", mutant + ".mutant")), $"no mutant {mutant}");
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void A_rule_that_the_core_has_carries_its_number_everywhere(string row)
    {
        var cells = row.Split('|', StringSplitOptions.TrimEntries);
        if (Root is null) { Assert.Equal("no model here", cells[1]); return; }
        var (number, named) = (int.Parse(cells[0], CultureInfo.InvariantCulture), cells[2..].Any(c => c != "–"));
        var mutants = Directory.EnumerateFiles(Path.Combine(Root, "tests/mutants"), $"rule-{number:00}-*.mutant").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal);
        // Both ways: what is named belongs to this rule, and what belongs to it is named.
        Assert.Equal(mutants, Names(cells[5]).Order(StringComparer.Ordinal));
        if (!named) return;
        Assert.NotEmpty(Names(cells[3]));
        Assert.NotEmpty(Names(cells[5]));
        Assert.Equal($"KernelRules Rule_{number}_", cells[4]);
    }

    private static string[] Lines() => Root is null ? ["0 | no model here"] : [.. File.ReadLines(Path.Combine(Root, "tests/model/README.md"))
        .Where(l => l.Length > 2 && l.StartsWith("| ", StringComparison.Ordinal) && char.IsAsciiDigit(l[2])).Select(l => l.Trim('|', ' '))];

    private static IEnumerable<string> Names(string cell) => cell == "–" ? [] : cell.Split(',', StringSplitOptions.TrimEntries);

    private static string? FindRoot()
    {
        for (var d = new DirectoryInfo(AppContext.BaseDirectory); d is not null; d = d.Parent)
        {
            if (File.Exists(Path.Combine(d.FullName, "tests/model/README.md"))) return d.FullName;
        }
        return null;
    }
}
