using System.Runtime.CompilerServices;

namespace ActorHa.Drivers.Tests.Journal;

/// <summary>
/// The test host itself blocks pool threads all the time, as many as a machine of two processors has at the least. The
/// pool then adds one each half second, and tests that measure time would measure that.
/// </summary>
internal static class TestHostThreads
{
#pragma warning disable CA2255 // Meant for applications: this assembly is one, under the test host.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void LetThePoolGrow() => ThreadPool.SetMinThreads(workerThreads: 16, completionPortThreads: 4);
}
