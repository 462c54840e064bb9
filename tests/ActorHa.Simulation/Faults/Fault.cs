using System.Globalization;

namespace ActorHa.Simulation;

/// <summary>One fault of a plan.</summary>
/// <param name="At">When it begins, seconds after the safety phase began.</param>
/// <param name="Kind">Which, by its name in the <see cref="Catalogue"/>.</param>
/// <param name="Member">Whom it befalls, by number.</param>
/// <param name="For">How long it lasts, seconds.</param>
/// <param name="Salt">Chooses what is left open: which VM, how bad.</param>
public sealed record Fault(double At, string Kind, int Member, double For, int Salt)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At:0.00} {Kind} member {Member} for {For:0.00} ({Salt})");
}
