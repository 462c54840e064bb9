namespace ActorHa.TestKit;

/// <summary>
/// Time that stands still until a test moves it on. Timers fire inside <see cref="Advance"/>, in order of their due times,
/// each seeing its own due time as now.
/// </summary>
public sealed class FakeTimeProvider : TimeProvider
{
    private readonly Lock _door = new();
    private readonly List<FakeTimer> _timers = [];
    private readonly DateTimeOffset _start = new(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);
    private long _now;
    private long _order;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Timers armed.</summary>
    public int Armed
    {
        get
        {
            lock (_door) return _timers.Count;
        }
    }

    /// <summary>Timers fire so long before their time, as those of a coarse clock may; but some time does pass.</summary>
    public TimeSpan Early { get; set; }

    /// <inheritdoc/>
    public override long GetTimestamp() => Interlocked.Read(ref _now);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start.AddTicks(GetTimestamp());

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves time on.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var end = GetTimestamp() + by.Ticks;
        while (NextUntil(end) is { } due) due.Callback(due.State); // outside the lock: callbacks arm timers
        Interlocked.Exchange(ref _now, end);
    }

    private FakeTimer? NextUntil(long end)
    {
        lock (_door)
        {
            var due = _timers.Where(t => t.Due <= end).MinBy(t => (t.Due, t.Order));
            if (due is null) return null;
            Interlocked.Exchange(ref _now, Math.Max(_now, due.Due));
            if (due.Period > TimeSpan.Zero) due.Due += due.Period.Ticks;
            else _timers.Remove(due);
            return due;
        }
    }

    private sealed class FakeTimer(FakeTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        public TimerCallback Callback => callback;
        public object? State => state;
        public long Due { get; set; }
        public long Order { get; private set; }
        public TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._door)
            {
                owner._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan) return true;
                Due = owner._now + Math.Max(Math.Min(dueTime.Ticks, TimeSpan.TicksPerMillisecond), (dueTime - owner.Early).Ticks);
                Order = ++owner._order;
                Period = period;
                owner._timers.Add(this);
                return true;
            }
        }

        public void Dispose()
        {
            lock (owner._door) owner._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
