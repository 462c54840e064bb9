using System.Collections.Concurrent;
using System.Globalization;

namespace ActorHa.Lab;

/// <summary>The faults that people ask the chassis to show. Kept as they were said; <see cref="Changed"/> hands them on.</summary>
public sealed class ChassisSettings
{
    private static readonly Dictionary<string, Func<string, bool>> Known = new()
    {
        ["silent"] = IsSwitch,
        ["ignores-set"] = IsSwitch,
        ["swapped"] = IsSwitch,
        ["lies"] = IsSwitch,
        ["odd-presence"] = v => v == "off" || IsNumber(v),
        ["off-latency"] = IsTime,
        ["odd-reading"] = v => v == "off" || IsNumber(v),
        ["delay"] = IsTime,
        ["late"] = IsTime,
        ["flicker"] = IsTime,
        ["self-on"] = IsTime,
        ["other-password"] = IsSwitch,
        ["other-engine"] = IsSwitch,
        ["read-only"] = IsSwitch,
        ["forgets-boots"] = IsSwitch,
    };

    private readonly ConcurrentDictionary<string, string> _set = new();

    /// <summary>Called with the fault's name and value (<c>off</c> = well again) after each change.</summary>
    public event Action<string, string>? Changed;

    /// <summary>Faults that are on.</summary>
    public IReadOnlyDictionary<string, string> Faults => _set;

    /// <summary>Usage of the command.</summary>
    public static string Usage => $"chassis FAULT on|off|NUMBER, where FAULT is {string.Join(", ", Known.Keys)} (delay, off-latency, late, flicker and self-on in ms); chassis heal";

    /// <summary>Sets or lifts a fault.</summary>
    /// <exception cref="LabException">There is no such fault or value.</exception>
    public void Set(string fault, string value)
    {
        if (!Known.TryGetValue(fault, out var fits)) throw new LabException($"the chassis has no fault '{fault}'; {Usage}");
        if (!fits(value)) throw new LabException($"'{value}' does not fit the fault {fault}; {Usage}");
        if (value == "off") _set.TryRemove(fault, out _);
        else _set[fault] = value;
        Changed?.Invoke(fault, value);
    }

    /// <summary>Lifts all faults.</summary>
    public void Heal()
    {
        foreach (var fault in _set.Keys) Set(fault, "off");
    }

    private static bool IsSwitch(string v) => v is "on" or "off";

    private static bool IsTime(string v) => v == "off" || (IsNumber(v) && v[0] != '-');

    private static bool IsNumber(string v) => int.TryParse(v, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
}
