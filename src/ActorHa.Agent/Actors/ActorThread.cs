namespace ActorHa.Agent.Actors;

/// <summary>
/// One thread for several actors that only compute. The pool wakes a second thread for each message, to see whether there
/// is more to do; here one is woken, and actors that tell each other something wake nobody. An actor that blocks would hold
/// the others up: such ones stay with the pool. Their effects run there anyhow.
/// </summary>
public sealed class ActorThread : TaskScheduler, IDisposable
{
    private readonly Queue<Task> _tasks = new();
    private readonly Thread _thread;
    private bool _ended;

    /// <summary>Starts the thread.</summary>
    public ActorThread(string name)
    {
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Ends the thread once nothing waits any more; whatever comes later runs on the pool. To be called when its actors have ended.</summary>
    public void Dispose()
    {
        lock (_tasks)
        {
            _ended = true;
            Monitor.Pulse(_tasks);
        }
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        lock (_tasks)
        {
            if (!_ended)
            {
                _tasks.Enqueue(task);
                if (_tasks.Count == 1) Monitor.Pulse(_tasks);
                return;
            }
        }
        ThreadPool.UnsafeQueueUserWorkItem(_ => TryExecuteTask(task), null);
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => Thread.CurrentThread == _thread && !taskWasPreviouslyQueued && TryExecuteTask(task);

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_tasks) return [.. _tasks];
    }

    private void Run()
    {
        while (true)
        {
            Task? task;
            lock (_tasks)
            {
                while (!_tasks.TryDequeue(out task))
                {
                    if (_ended) return;
                    Monitor.Wait(_tasks);
                }
            }
            TryExecuteTask(task);
        }
    }
}
