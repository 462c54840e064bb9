using ActorHa.Snmp.Manager;

namespace ActorHa.Snmp.Tests;

/// <summary>A device that takes its time is not buried under copies of one question (case 28).</summary>
public sealed class RepeatPaceTests
{
    private static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);

    [Fact]
    public void Silence_is_met_ever_more_slowly_up_to_a_second()
    {
        var pace = new RepeatPace(Ms(300));
        Assert.Equal(Ms(300), pace.First);
        Assert.Equal(Ms(600), pace.After(Ms(300)));
        Assert.Equal(Ms(1000), pace.After(Ms(600)));
        Assert.Equal(Ms(1000), pace.After(Ms(1000)));
    }

    [Fact]
    public void A_slow_device_is_given_twice_its_time_and_a_quick_one_is_asked_soon_again()
    {
        var pace = new RepeatPace(Ms(300));
        pace.Answered(Ms(1500));
        Assert.Equal(Ms(3000), pace.First);
        Assert.Equal(Ms(3000), pace.After(pace.First));
        pace.Answered(Ms(4));
        Assert.Equal(Ms(300), pace.First);
    }
}
