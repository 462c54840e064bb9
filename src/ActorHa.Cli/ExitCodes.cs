namespace ActorHa.Cli;

/// <summary>What the exit code says, for scripts. Also in --help and in the README.</summary>
public static class ExitCodes
{
    /// <summary>Done, or well.</summary>
    public const int Ok = 0;

    /// <summary>The cluster refused, or the drill failed; the reason was printed.</summary>
    public const int Refused = 1;

    /// <summary>Bad usage, a bad file, or the operator did not say yes.</summary>
    public const int Bad = 2;

    /// <summary>The agent does not answer. A command may or may not have been taken.</summary>
    public const int NoAnswer = 3;

    /// <summary>status and protection: the member is not quorate, or a host is not protected.</summary>
    public const int NotWell = 4;

    /// <summary>For --help.</summary>
    public const string Help = """
        Exit codes:
          0  done, or well
          1  refused by the cluster, or a drill failed; the reason is printed
          2  bad usage, a bad file, or not confirmed by the operator
          3  the agent does not answer
          4  status: not quorate, or a host is not protected; protection: a host is not protected
        """;
}
