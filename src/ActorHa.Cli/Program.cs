using System.Text;
using ActorHa.Cli;

Console.OutputEncoding = Encoding.UTF8;
return await new CommandLine(Terminal.OfProcess()).RunAsync(args);
