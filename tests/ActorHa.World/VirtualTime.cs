using ActorHa.Core;

namespace ActorHa.World;

/// <summary>One thread, virtual time: what is scheduled runs in order of time, then of scheduling.</summary>
public sealed class VirtualTime
{
    private Entry[] _heap = new Entry[256];
    private int _count;
    private long _order;

    /// <summary>Now.</summary>
    public Instant Now { get; private set; }

    /// <summary>Events that have run.</summary>
    public long Events { get; private set; }

    /// <summary>Runs something later.</summary>
    public void After(TimeSpan delay, Action action)
    {
        if (_count == _heap.Length) Array.Resize(ref _heap, _count * 2);
        var entry = new Entry(Now.Ticks + delay.Ticks, _order++, action);
        var i = _count++;
        while (i > 0)
        {
            var parent = (i - 1) >> 2;
            if (!entry.Before(_heap[parent])) break;
            _heap[i] = _heap[parent];
            i = parent;
        }
        _heap[i] = entry;
    }

    /// <summary>Runs all that is due within the time; calls <paramref name="after"/> after each step.</summary>
    public void Run(TimeSpan time, Action after)
    {
        var end = Now + time;
        while (_count > 0 && _heap[0].At <= end.Ticks)
        {
            var next = Pop();
            Now = new Instant(Math.Max(Now.Ticks, next.At));
            Events++;
            next.Action();
            after();
        }
        Now = end;
    }

    private Entry Pop()
    {
        var top = _heap[0];
        var last = _heap[--_count];
        _heap[_count] = default;
        var i = 0;
        while (true)
        {
            var first = (i << 2) + 1;
            if (first >= _count) break;
            var least = first;
            for (var c = first + 1; c < first + 4 && c < _count; c++)
                if (_heap[c].Before(_heap[least])) least = c;
            if (!_heap[least].Before(last)) break;
            _heap[i] = _heap[least];
            i = least;
        }
        if (_count > 0) _heap[i] = last;
        return top;
    }

    private readonly record struct Entry(long At, long Order, Action Action)
    {
        public bool Before(in Entry other) => At < other.At || (At == other.At && Order < other.Order);
    }
}
