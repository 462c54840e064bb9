using ActorHa.Lab;

return await LabCli.RunAsync(args, Console.Out, Console.Error);
