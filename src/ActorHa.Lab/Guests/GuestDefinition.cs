using System.Text.Json;

namespace ActorHa.Lab.Guests;

/// <summary>The definition of a lab VM: QEMU's arguments for the guest that <c>ops/build-guest</c> makes.</summary>
public static class GuestDefinition
{
    /// <summary>
    /// A JSON array of QEMU arguments with the place holders <c>{vm} {host} {epoch}</c>, which the guest gets on its
    /// kernel's command line and tells on its serial line and disk.
    /// </summary>
    /// <param name="kernel">The guest's kernel.</param>
    /// <param name="initrd">The guest's initramfs.</param>
    /// <param name="diskPath">A raw file; 4096 bytes for each epoch before areas are used again (1 MiB: 256 epochs).</param>
    /// <param name="serialSocket">The recorder's socket (<see cref="SerialRecorder.SocketOf"/>); QEMU connects to it as a
    /// client and does not start without it.</param>
    /// <param name="memoryMb">Guest memory, MiB; under 80 this kernel does not boot.</param>
    /// <param name="locking">
    /// Whether QEMU locks the image. False in safety runs: the lock would hide a double run from the referee by
    /// refusing it, and what must keep a VM single is ActorHa, not a lock that network storage may lack.
    /// </param>
    /// <remarks>
    /// <c>cache=none</c>: the host's page cache is passed by, as it must be on storage that two hosts share, so a write that
    /// the guest was told is done is in the file when its host dies. Writes that bypass the cache drop its pages, so the
    /// referee's ordinary reads see them. Where a file system has no O_DIRECT, QEMU refuses to start and says so.
    /// <c>panic=-1</c> with <c>-no-reboot</c>: a guest that panics ends its process instead of standing still.
    /// </remarks>
    public static string Arguments(string kernel, string initrd, string diskPath, string serialSocket, int memoryMb = 96, bool locking = false) =>
        JsonSerializer.Serialize<string[]>(
        [
            "-machine", "q35,accel=tcg", "-m", $"{memoryMb}", "-smp", "1", "-nodefaults", "-display", "none", "-no-reboot",
            "-kernel", kernel, "-initrd", initrd,
            // nokaslr, cryptomgr.notests: half a second less of emulated boot, nothing that the guest needs.
            "-append", "console=ttyS0 quiet panic=-1 nokaslr cryptomgr.notests ah.vm={vm} ah.host={host} ah.epoch={epoch}",
            "-chardev", $"socket,id=serial0,path={Doubled(serialSocket)},server=off", "-serial", "chardev:serial0",
            "-drive", $"file={Doubled(diskPath)},format=raw,if=virtio,cache=none,file.locking={(locking ? "on" : "off")}",
        ]);

    private static string Doubled(string path) => path.Replace(",", ",,", StringComparison.Ordinal);
}
