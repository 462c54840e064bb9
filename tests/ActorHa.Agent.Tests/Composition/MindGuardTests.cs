using ActorHa.Agent.Composition;

namespace ActorHa.Agent.Tests.Composition;

public sealed class MindGuardTests
{
    private static bool[] Looks(params double[] ages)
    {
        var guard = new MindGuard(TimeSpan.FromSeconds(10));
        return [.. ages.Select(a => guard.IsStuck(TimeSpan.FromSeconds(a)))];
    }

    [Fact]
    public void A_mind_that_is_old_at_three_looks_is_stuck() => Assert.Equal([false, false, false, true, true], Looks(7.5, 8.5, 9.5, 10.5, 11.5));

    /// <summary>Case 55 on a busy machine: the agent slept for 12 s, and was ended at the first look after that.</summary>
    [Fact]
    public void One_that_turns_after_the_first_look_had_only_slept() => Assert.Equal([false, false, false, false, false], Looks(12, 13, 0.1, 12, 13));
}
