using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace ActorHa.Lab;

/// <summary>Asks each member's etcd for its health; "healthy" there means that a majority answered it a read.</summary>
internal sealed class EtcdHealth(SiteDescription site) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, HttpClient> _clients = site.Members.ToDictionary(m => m.Name, m => Connect(site, m));

    /// <summary>Speaks to a member's etcd.</summary>
    public HttpClient Client(MemberDescription member) => _clients[member.Name];

    /// <summary>Per member what is wrong; empty = healthy.</summary>
    public async Task<IReadOnlyDictionary<string, string>> AskAsync()
    {
        var answers = await Task.WhenAll(site.Members.Select(AskAsync));
        return site.Members.Zip(answers).ToDictionary(x => x.First.Name, x => x.Second);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var client in _clients.Values) client.Dispose();
    }

    private async Task<string> AskAsync(MemberDescription member)
    {
        try
        {
            using var response = await _clients[member.Name].GetAsync(new Uri("/health", UriKind.Relative));
            using var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
            return body.RootElement.GetProperty("health").GetString() == "true" ? "" : "unhealthy";
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or JsonException or KeyNotFoundException)
        {
            return e is OperationCanceledException ? "no answer" : e.Message;
        }
    }

    private static HttpClient Connect(SiteDescription site, MemberDescription member)
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1) };
        if (site.Etcd.Tls is { } tls)
        {
            var own = X509Certificate2.CreateFromPemFile(SiteFiles.Own(tls.Certificate, member), SiteFiles.Own(tls.Key, member));
            handler.SslOptions = new SslClientAuthenticationOptions
            {
                // Without the callback no certificate is sent where the server names no authority.
                LocalCertificateSelectionCallback = (_, _, _, _, _) => own,
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                    CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(SiteFiles.Own(tls.Ca, member)) },
                },
            };
        }
        return new HttpClient(handler) { BaseAddress = new Uri(SiteFiles.EtcdEndpoint(site, member)), Timeout = Patience };
    }
}
