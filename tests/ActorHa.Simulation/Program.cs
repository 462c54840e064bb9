using ActorHa.World;

var world = new WorldModel(1);
world.Boot(Site.Config());
world.Say("world", "power of applejack is pulled");
world["applejack"].Machine.PowerOff(fence: false);
world.Run(20);
foreach (var line in world.Story) Console.WriteLine(line);
return 0;
