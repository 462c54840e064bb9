using ActorHa.Drivers.Hypervisors.Qemu;
using ActorHa.TestKit;
using ActorHa.Testing;

namespace ActorHa.Drivers.Tests.Qemu;

/// <summary>What a program that outlives us gets from us, and what it leaves behind.</summary>
public sealed class SpawnTests
{
    [NeedsFact]
    public async Task A_vm_gets_nothing_of_our_environment_that_it_does_not_need()
    {
        Environment.SetEnvironmentVariable("ACTORHA_SPAWN_TEST_PASSWORD", "secret");
        var log = Path.Combine(Directory.CreateTempSubdirectory("ah-spawn-").FullName, "log");
        Spawn.Start("/usr/bin/env", [], log);
        await Eventually.True(() => File.ReadAllText(log).Contains("PATH=", StringComparison.Ordinal), "it has told its environment");
        Assert.DoesNotContain("ACTORHA_SPAWN_TEST_PASSWORD", await File.ReadAllTextAsync(log), StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(log)!, recursive: true);
    }

    [NeedsFact]
    public void An_image_that_is_gone_needs_no_flush_and_one_that_cannot_be_reached_does()
    {
        var folder = Directory.CreateTempSubdirectory("ah-flush-").FullName;
        var (image, loop) = (Path.Combine(folder, "disk.raw"), Path.Combine(folder, "loop"));
        File.WriteAllText(image, "x");
        File.CreateSymbolicLink(loop, loop);
        Assert.Null(PageCache.Flush([image, Path.Combine(folder, "gone"), Path.Combine(image, "below-a-file")]));
        Assert.StartsWith($"{loop} could not be flushed: ", PageCache.Flush([image, loop]), StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }
}
