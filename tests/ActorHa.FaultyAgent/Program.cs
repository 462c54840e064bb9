using ActorHa.Agent.Composition;
using ActorHa.FaultyAgent;

return await AgentProgram.RunAsync(args, Faulty.Build);
