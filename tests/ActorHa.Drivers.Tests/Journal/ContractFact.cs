using ActorHa.Testing;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace ActorHa.Drivers.Tests.Journal;

/// <summary>A test of an abstract contract: what it needs is said by the class that fulfils the contract.</summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("ActorHa.Drivers.Tests.Journal.ContractFactDiscoverer", "ActorHa.Drivers.Tests")]
public sealed class ContractFactAttribute : FactAttribute;

/// <summary>The class's contract tests are skipped where these programs are missing.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ContractNeedsAttribute(string programs) : Attribute
{
    public string Programs { get; } = programs;
}

public sealed class ContractFactDiscoverer(IMessageSink messages) : IXunitTestCaseDiscoverer
{
    public IEnumerable<IXunitTestCase> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo factAttribute) =>
        [new ContractTestCase(messages, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod)];
}

public sealed class ContractTestCase : XunitTestCase
{
    [Obsolete("For deserialization only")]
    public ContractTestCase()
    {
    }

    public ContractTestCase(IMessageSink messages, TestMethodDisplay display, TestMethodDisplayOptions options, ITestMethod method)
        : base(messages, display, options, method)
    {
    }

    protected override string GetSkipReason(IAttributeInfo factAttribute)
    {
        var needs = TestMethod.TestClass.Class.GetCustomAttributes(typeof(ContractNeedsAttribute)).FirstOrDefault();
        var programs = needs?.GetConstructorArguments().OfType<string>().FirstOrDefault() ?? "";
        return (programs.Length == 0 ? null : NeedsFactAttribute.Missing(programs, root: false))!;
    }
}
