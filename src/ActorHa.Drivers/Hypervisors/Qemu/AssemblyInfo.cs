using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("ActorHa.Drivers.Tests")]
