using ActorHa.Lab.Benches;

namespace ActorHa.Lab.Tests.Benches;

public sealed class BenchTests
{
    [Fact]
    public void Words_are_read()
    {
        Assert.Equal(new BenchOptions("failover", 20, "power", null, false), BenchOptions.Parse(["failover"]));
        Assert.Equal(new BenchOptions("failover", 3, "leader", null, true), BenchOptions.Parse(["failover", "--json", "--runs", "3", "--fault", "leader"]));
        Assert.Equal(TimeSpan.FromSeconds(90), BenchOptions.Parse(["rest", "--for", "90s"]).For);
        Assert.Equal(TimeSpan.FromMinutes(10), BenchOptions.Parse(["busy", "--for", "10m"]).For);
    }

    [Theory]
    [InlineData()]
    [InlineData("soak")]
    [InlineData("failover", "--fault", "flood")]
    [InlineData("failover", "--runs", "0")]
    [InlineData("failover", "--runs")]
    [InlineData("failover", "--for", "10m")]
    [InlineData("busy", "--for", "10")]
    [InlineData("rest", "--runs", "3")]
    public void What_is_not_understood_shows_the_usage(params string[] words) =>
        Assert.Contains("usage: bench", Assert.Throws<LabException>(() => BenchOptions.Parse(words)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_distribution_is_told_by_its_nearest_ranks_and_without_what_did_not_happen()
    {
        var row = Row.Of("started", [.. Enumerable.Range(1, 20).Select(i => i * 10d).Reverse(), double.NaN]);
        Assert.Equal(new Row("started", 20, 10, 100, 190, 200), row);
        Assert.True(double.IsNaN(Row.Of("proven off", [double.NaN]).Median));
    }

    [Fact]
    public void A_member_at_rest_is_the_sum_of_its_processes()
    {
        var rest = new RestResult(60, 2, "0.10", [new("applejack", "agent", 100, 50, 1.5), new("applejack", "etcd", 35, 20, 1.25), new("witness", "agent", 90, 45, 1)]);
        Assert.Equal(new RestRow("applejack", "all", 135, 70, 2.75), rest.Members[0]);
        Assert.Contains("witness      agent          90       45                 1.0", rest.ToText(), StringComparison.Ordinal);
    }
}
