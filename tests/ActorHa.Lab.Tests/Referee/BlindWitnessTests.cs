using ActorHa.Lab.Guests;
using ActorHa.Lab.Referee;

namespace ActorHa.Lab.Tests.Referee;

/// <summary>A witness that cannot go on says so: an empty list would read as "nothing ran twice".</summary>
public sealed class BlindWitnessTests : IDisposable
{
    private readonly string _dir = Directory.CreateTempSubdirectory("ah-blind-").FullName;

    [Fact]
    public async Task A_process_table_that_cannot_be_read_is_no_empty_one()
    {
        await using var sampler = new ProcessSampler(table: Path.Combine(_dir, "none"));
        Assert.StartsWith("the look at the process table has ended: DirectoryNotFoundException: ", await SaidAsync(() => _ = sampler.Lives));
    }

    [Fact]
    public async Task A_disk_that_cannot_be_read_is_none_that_nobody_wrote()
    {
        var disk = Path.Combine(_dir, "none.img");
        await using var sampler = new DiskSampler(disk);
        Assert.StartsWith($"the look at {disk} has ended: FileNotFoundException: ", await SaidAsync(() => _ = sampler.Advances));
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_is_no_silent_guest()
    {
        await using var recorder = new SerialRecorder(_dir);
        Directory.CreateDirectory(SerialRecorder.LogOf(_dir, "mail"));
        recorder.Listen("mail");
        Assert.StartsWith("the recorder of serial lines has ended: UnauthorizedAccessException: ", await SaidAsync(recorder.MustListen));
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_dir, recursive: true);

    private static async Task<string> SaidAsync(Action ask)
    {
        for (var i = 0; i < 1000; i++)
        {
            if (Record.Exception(ask) is { } e) return Assert.IsType<LabException>(e).Message;
            await Task.Delay(10);
        }
        Assert.Fail("it never said so");
        return "";
    }
}
