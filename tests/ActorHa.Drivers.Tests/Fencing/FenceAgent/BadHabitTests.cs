using System.Diagnostics;
using ActorHa.Core;
using ActorHa.Drivers.Fencing.FenceAgent;
using ActorHa.Ports;
using ActorHa.Testing;

namespace ActorHa.Drivers.Tests.Fencing.FenceAgent;

/// <summary>The driver against an agent that does everything wrong that an agent can.</summary>
public sealed class BadHabitTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private readonly HabitBench bench = new();
    private readonly ShiftedTime time = new();

    public void Dispose() => bench.Dispose();

    private static Task<PowerReading> Read(IFenceDevice device) => device.ReadAsync(Short, default);

    private static Task<SwitchAnswer> Off(IFenceDevice device) => device.ForceOffAsync(device.Stamp(), Short, default);

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task An_honest_agent_reads_on_switches_off_and_on()
    {
        var device = bench.Device();
        Assert.Equal(Power.On, (await Read(device)).Power);
        Assert.Equal(SwitchResult.Answered, (await Off(device)).Result);
        var (first, second) = (await Read(device), await Read(device));
        Assert.Equal((Power.Off, Power.Off), (first.Power, second.Power));
        Assert.Equal(first.Source, second.Source);
        Assert.Equal(SwitchResult.Answered, (await device.PowerOnAsync(Short, default)).Result);
        Assert.Equal(Power.On, (await Read(device)).Power);
        Assert.Equal("status off status status on status", bench.Done);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task One_that_nobody_vouches_for_never_reads_off()
    {
        var device = bench.Device(trust: false);
        Assert.Equal(Power.On, (await Read(device)).Power);
        bench.Power = "off";
        var reading = await Read(device);
        Assert.Equal(Power.Unknown, reading.Power);
        Assert.Contains("not proof alone", reading.Detail, StringComparison.Ordinal);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task One_that_lies_about_its_off_is_found_out_by_the_reading()
    {
        var device = bench.Device("lies");
        Assert.Equal(SwitchResult.Answered, (await Off(device)).Result);
        Assert.Equal(Power.On, (await Read(device)).Power);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task One_that_hangs_or_is_deaf_to_signals_is_killed_in_time()
    {
        foreach (var habit in new[] { "hang", "deaf" })
        {
            var began = Stopwatch.GetTimestamp();
            var device = bench.Device(habit, patience: Short);
            var (reading, answer) = (await Read(device), await Off(device));
            // The system's timers may be a little early: 1.9995 s were seen.
            Assert.InRange(Stopwatch.GetElapsedTime(began), 2 * Short * 0.99, HabitBench.Slack);
            Assert.Equal((Power.Unknown, SwitchResult.Unanswered), (reading.Power, answer.Result));
            Assert.Contains("killed after 1 s", answer.Detail, StringComparison.Ordinal);
        }
        Assert.Equal("on", bench.Power);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task A_child_that_holds_the_output_dies_with_the_agent()
    {
        Assert.Equal(Power.On, (await Read(bench.Device("holds"))).Power);
        Assert.False(bench.SomebodyLives);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task A_child_that_would_switch_later_dies_with_the_agent()
    {
        var device = bench.Device("late");
        Assert.Equal(SwitchResult.Unanswered, (await Off(device)).Result);
        Assert.False(bench.SomebodyLives);
        Assert.Equal(Power.On, (await Read(device)).Power);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task One_that_floods_its_output_is_killed_for_it_and_not_listened_to()
    {
        foreach (var habit in new[] { "flood", "flood-errors" })
        {
            var began = Stopwatch.GetTimestamp();
            var device = bench.Device(habit, patience: FenceAgentStamp.LongestLife);
            var (reading, answer) = (await Read(device), await Off(device));
            Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, FenceAgentStamp.LongestLife);
            Assert.Equal((Power.Unknown, SwitchResult.Unanswered), (reading.Power, answer.Result));
            Assert.Contains("printed more than", reading.Detail, StringComparison.Ordinal);
        }
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task One_that_dies_half_way_leaves_an_order_that_may_still_strike()
    {
        var answer = await Off(bench.Device("half"));
        Assert.Equal(SwitchResult.Unanswered, answer.Result);
        Assert.Contains("signal 11", answer.Detail, StringComparison.Ordinal);
        Assert.Equal("off half", bench.Done);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task What_it_prints_of_the_password_is_not_kept()
    {
        var device = bench.Device("tells");
        foreach (var detail in new[] { (await Read(device)).Detail, (await Off(device)).Detail })
        {
            Assert.Contains("login failed with ***, https://h/?p=***, Basic ***", detail, StringComparison.Ordinal);
            Assert.DoesNotContain("sure", detail, StringComparison.Ordinal);
        }
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task Odd_exit_codes_are_unknown_and_no_answer()
    {
        foreach (var code in new[] { "1", "3", "77", "124", "125", "126", "127", "255" })
        {
            var device = bench.Device("odd", more: ("option.code", code));
            Assert.Equal((Power.Unknown, SwitchResult.Unanswered), ((await Read(device)).Power, (await Off(device)).Result));
        }
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task An_exit_without_the_words_or_with_others_is_unknown()
    {
        foreach (var (habit, code) in new[] { ("odd", "0"), ("odd", "2"), ("says-otherwise", "0") })
            Assert.Equal(Power.Unknown, (await Read(bench.Device(habit, more: ("option.code", code)))).Power);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task A_slow_one_has_the_time_that_its_configuration_grants()
    {
        Assert.Equal(Power.On, (await Read(bench.Device("slow", more: ("option.seconds", "2")))).Power);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task It_sees_nothing_of_our_surroundings()
    {
        Environment.SetEnvironmentVariable("ACTORHA_TEST_SECRET", "x");
        Assert.Contains("surroundings HOME LC_ALL PATH", (await Read(bench.Device("surroundings"))).Detail, StringComparison.Ordinal);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task An_executor_that_slept_sends_nothing()
    {
        var device = bench.Device(time: time);
        var stamp = device.Stamp();
        time.Advance(FenceAgentStamp.LatestStart + TimeSpan.FromSeconds(1));
        var answer = await device.ForceOffAsync(stamp, Short, default);
        Assert.Equal(SwitchResult.NotSent, answer.Result);
        Assert.Contains("older than 20 s", answer.Detail, StringComparison.Ordinal);
        Assert.Equal("", bench.Done);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task One_that_slept_while_the_agent_was_started_holds_the_order_back()
    {
        var device = bench.Device(time: new SleepsAtTheThirdLook());
        var answer = await device.ForceOffAsync(device.Stamp(), Short, default);
        Assert.Equal(SwitchResult.NotSent, answer.Result);
        Assert.Equal("on", bench.Power);
        Assert.Equal("", bench.Done);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task An_agent_whose_starter_died_ends_by_its_deadline()
    {
        // As the driver starts it, but with nobody who looks after it.
        using var hanging = Process.Start(FenceRun.StartInfo(Path.Combine(bench.Folder, "fence_habits"), Short))!;
        await hanging.StandardInput.WriteAsync($"habit=deaf\nstate={bench.Folder}\naction=off\n");
        hanging.StandardInput.Close();
        await hanging.WaitForExitAsync().WaitAsync(HabitBench.Slack);
        Assert.Equal(128 + 9, hanging.ExitCode);
        Assert.Equal("on", bench.Power);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task Without_a_stamp_or_a_program_nothing_is_sent()
    {
        Assert.Equal(SwitchResult.NotSent, (await bench.Device().ForceOffAsync(null, Short, default)).Result);
        Assert.Equal(SwitchResult.NotSent, (await Off(bench.Device(agent: "fence_nowhere"))).Result);
        Assert.Equal(Power.Unknown, (await Read(bench.Device(agent: "fence_nowhere"))).Power);
    }

    [NeedsFact("unshare timeout true", root: true)]
    public async Task One_that_ends_before_it_is_told_anything_has_ended_by_itself()
    {
        string Late()
        {
            // We are frozen here, while the program ends and is given up: nothing outside tells when the latter is done.
            Thread.Sleep(2000);
            return "action=status\n";
        }
        var run = await FenceRun.RunAsync("/bin/true", Late, HabitBench.Slack, 65536, default);
        Assert.Equal((RunEnd.Exited, 0), (run.End, run.ExitCode));
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task A_program_that_cannot_be_run_is_named()
    {
        var nowhere = await Off(bench.Device(agent: "fence_nowhere"));
        Assert.Equal($"fence_nowhere: there is no {Path.Combine(bench.Folder, "fence_nowhere")}", nowhere.Detail);
        File.WriteAllText(Path.Combine(bench.Folder, "fence_plain"), "no program");
        var plain = await Off(bench.Device(agent: "fence_plain"));
        Assert.StartsWith("fence_plain: exit 126: unshare: failed to execute", plain.Detail, StringComparison.Ordinal);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task An_off_does_not_wait_for_a_reading_that_hangs()
    {
        var unit = bench.Unit("hang", patience: FenceAgentStamp.LongestLife, more: ("option.only", "status"));
        var device = unit.Plug("1");
        var readings = new[] { Read(device), Read(unit.Plug("2")) };
        await Until(() => bench.Done == "status");
        var began = Stopwatch.GetTimestamp();
        Assert.Equal(SwitchResult.Answered, (await Off(device)).Result);
        Assert.All(await Task.WhenAll(readings), r => Assert.Equal(Power.Unknown, r.Power));
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.Zero, HabitBench.Slack);
        Assert.Equal("status off", bench.Done);
    }

    [NeedsFact("python3 unshare timeout", root: true)]
    public async Task Two_plugs_of_one_device_are_switched_one_after_the_other()
    {
        var unit = bench.Unit("slow", more: ("option.seconds", "1"));
        var began = Stopwatch.GetTimestamp();
        var answers = await Task.WhenAll(Off(unit.Plug("1")), Off(unit.Plug("2")));
        Assert.All(answers, a => Assert.Equal(SwitchResult.Answered, a.Result));
        Assert.InRange(Stopwatch.GetElapsedTime(began), TimeSpan.FromSeconds(2), 2 * HabitBench.Slack);
    }

    private static async Task Until(Func<bool> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < HabitBench.Slack);
            await Task.Delay(10);
        }
    }

    /// <summary>A machine that is suspended for an hour just before the agent would be told: stamp, first look, last look.</summary>
    private sealed class SleepsAtTheThirdLook : TimeProvider
    {
        private int looks;

        public override long GetTimestamp() => System.GetTimestamp() + (++looks >= 3 ? 3600 * TimestampFrequency : 0);
    }
}
