using ActorHa.Agent.Composition;

return await AgentProgram.RunAsync(args, RealParts.Build);
