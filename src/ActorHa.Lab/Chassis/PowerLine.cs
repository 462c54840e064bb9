namespace ActorHa.Lab.Chassis;

/// <summary>The power of one blade: does orders one after the other, after the SET was acknowledged.</summary>
internal sealed class PowerLine(IBlade blade, ChassisFaults faults, Action<Exception> broken)
{
    private readonly Lock gate = new();
    private Task last = Task.CompletedTask;

    /// <summary>Ends when every order so far is done.</summary>
    public Task Idle
    {
        get
        {
            lock (gate) return last;
        }
    }

    /// <summary>Takes an order: the number that was written to bladePowerLed.</summary>
    public void Order(int value)
    {
        lock (gate) last = DoAfterAsync(last, value);
    }

    private async Task DoAfterAsync(Task before, int value)
    {
        await before;
        try
        {
            if (value == 3 && faults.OffLatency is var latency && latency > TimeSpan.Zero) await Task.Delay(latency);
            // A blade may take its time until everything of it is gone; the agent's thread does not wait for it.
            await Task.Run(() => Do(value));
            if (value != 3 || faults.SelfOn is not { Ticks: > 0 } on) return;
            await Task.Delay(on);
            await Task.Run(() => Do(2));
        }
        catch (Exception e)
        {
            // A blade that throws is a broken lab: whoever runs the chassis is told.
            broken(e);
        }
    }

    private void Do(int value)
    {
        switch (value)
        {
            // Soft off is the power button: it needs the host's operating system. A hung host does nothing, and no power goes.
            case 0:
                (blade as ICooperativeBlade)?.AskToShutDown();
                break;
            case 2 when !blade.HasPower:
                blade.RestorePower();
                break;
            // Forced off: also said to a blade that is off already, for it may be about to come on.
            case 3:
                blade.CutPower();
                break;
            case 4 when blade.HasPower:
                blade.CutPower();
                blade.RestorePower();
                break;
        }
    }
}
