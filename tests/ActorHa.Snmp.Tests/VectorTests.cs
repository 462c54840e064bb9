using System.Text;
using ActorHa.Snmp.Security;

namespace ActorHa.Snmp.Tests;

/// <summary>Published test vectors, and values that net-snmp stores for the same input.</summary>
public sealed class VectorTests
{
    private static readonly EngineId Engine = EngineId.Parse("000000000000000000000002");

    private static string Hex(byte[] octets) => Convert.ToHexStringLower(octets);

    // RFC 3414 A.3.1, A.3.2; SHA-2: net-snmp.
    [Theory]
    [InlineData(AuthProtocol.Md5, "9faf3283884e92834ebc9847d8edd963")]
    [InlineData(AuthProtocol.Sha1, "9fb5cc0381497b3793528939ff788d5d79145211")]
    [InlineData(AuthProtocol.Sha256, "ab51014d1e077f6017df2b12bee5f5aa72993177e9bb569c4dff5a4ca0b4afac")]
    public void A_password_becomes_the_published_key(AuthProtocol protocol, string key) =>
        Assert.Equal(key, Hex(Passwords.ToKey(protocol, "maplesyrup")));

    [Theory]
    [InlineData(AuthProtocol.Md5, "526f5eed9fcce26f8964c2930787d82b")]
    [InlineData(AuthProtocol.Sha1, "6695febc9288e36282235fc7151f128497b38f3f")]
    [InlineData(AuthProtocol.Sha224, "0bd8827c6e29f8065e08e09237f177e410f69b90e1782be682075674")]
    [InlineData(AuthProtocol.Sha256, "8982e0e549e866db361a6b625d84cccc11162d453ee8ce3a6445c2d6776f0f8b")]
    [InlineData(AuthProtocol.Sha384, "3b298f16164a11184279d5432bf169e2d2a48307de02b3d3f7e2b4f36eb6f0455a53689a3937eea07319a633d2ccba78")]
    [InlineData(AuthProtocol.Sha512, "22a5a36cedfcc085807a128d7bc6c2382167ad6c0dbc5fdff856740f3d84c099ad1ea87a8db096714d9788bd544047c9021e4229ce27e4c0a69250adfcffbb0b")]
    public void A_key_is_localized_to_its_engine(AuthProtocol protocol, string key) =>
        Assert.Equal(key, Hex(new UsmUser("bert", protocol, "maplesyrup").KeysFor(Engine).Auth));

    // RFC 3414 A.5.
    [Theory]
    [InlineData(AuthProtocol.Md5, "87021d7bd9d101ba05ea6e3bf9d9bd4a")]
    [InlineData(AuthProtocol.Sha1, "78e2dcce79d59403b58c1bbaa5bff46391f1cd25")]
    public void Another_password_becomes_the_published_key(AuthProtocol protocol, string key) =>
        Assert.Equal(key, Hex(new UsmUser("bert", protocol, "newsyrup").KeysFor(Engine).Auth));

    // RFC 4231 test cases 1 and 6 (a key longer than a block).
    [Theory]
    [InlineData("0b", 20, "Hi There", "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22")]
    [InlineData("aa", 131, "Test Using Larger Than Block-Size Key - Hash Key First", "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e")]
    public void The_HMAC_over_SHA_224_is_the_published_one(string octet, int times, string text, string mac)
    {
        var key = Enumerable.Repeat(Convert.FromHexString(octet)[0], times).ToArray();
        Assert.Equal(mac, Hex(Sha224.HmacData(key, Encoding.ASCII.GetBytes(text))));
    }

    [Fact]
    public void SHA_224_of_abc_is_the_published_one() =>
        Assert.Equal("23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7", Hex(Sha224.HashData("abc"u8)));

    // RFC 2202 test case 1, cut to the 12 octets that SNMP uses.
    [Fact]
    public void The_signature_is_the_beginning_of_the_HMAC() => Assert.Equal(
        "b617318655057264e28bc0b6",
        Hex(Auth.Mac(AuthProtocol.Sha1, Enumerable.Repeat((byte)0x0b, 20).ToArray(), "Hi There"u8)));

    // NIST SP 800-38A F.3.13.
    [Theory]
    [InlineData(32)]
    [InlineData(31)]
    [InlineData(17)]
    [InlineData(1)]
    public void AES_in_cipher_feedback_gives_the_published_text_at_any_length(int length)
    {
        var key = Convert.FromHexString("2b7e151628aed2a6abf7158809cf4f3c");
        var iv = Convert.FromHexString("000102030405060708090a0b0c0d0e0f");
        var plain = Convert.FromHexString("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")[..length];
        var cipher = Convert.FromHexString("3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b")[..length];
        Assert.Equal(Hex(cipher), Hex(AesCfb.Encrypt(key, iv, plain)));
        Assert.Equal(Hex(plain), Hex(AesCfb.Decrypt(key, iv, cipher)));
    }

    [Fact]
    public void A_password_of_seven_octets_is_refused() =>
        Assert.Throws<ArgumentException>(() => new UsmUser("bert", AuthProtocol.Sha1, "1234567"));

    // RFC 3414 A.3.1 for the key; FIPS 81 appendix C for the cipher.
    [Fact]
    public void DES_in_cipher_block_chaining_gives_the_published_text()
    {
        var key = Convert.FromHexString("0123456789abcdef0000000000000000");
        var iv = DesCbc.Iv(key, Convert.FromHexString("1234567890abcdef"));
        var plain = "Now is the time for all "u8;
        var cipher = DesCbc.Encrypt(key, iv, plain);
        Assert.Equal("e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6", Hex(cipher));
        Assert.Equal(plain, DesCbc.Decrypt(key, iv, cipher));
        Assert.Equal(32, DesCbc.Encrypt(key, iv, [.. plain, 1]).Length);
    }

    [Fact]
    public void The_salt_of_DES_is_mixed_into_the_second_half_of_the_key() => Assert.Equal(
        "fffefdfcfbfaf9f8", Hex(DesCbc.Iv(Convert.FromHexString("00000000000000000001020304050607"), Convert.FromHexString("ffffffffffffffff"))));

    [Fact]
    public void Keys_of_an_engine_are_kept_when_it_has_signed_and_not_before()
    {
        var user = new UsmUser("bert", AuthProtocol.Sha1, "maplesyrup");
        var keys = user.KeysFor(Engine);
        Assert.NotSame(keys, user.KeysFor(Engine));
        user.Remember(keys);
        Assert.Same(keys, user.KeysFor(EngineId.Parse("000000000000000000000002")));
    }

    [Fact]
    public void Keys_of_different_engines_are_never_mixed_up_and_never_more_than_a_bound()
    {
        var user = new UsmUser("bert", AuthProtocol.Sha1, "maplesyrup");
        for (var i = 0; i < 1000; i++) user.Remember(user.KeysFor(EngineId.Of([0, 0, 0, 0, (byte)(i >> 8), (byte)i])));
        Assert.InRange(user.Remembered, 1, 256);
        Assert.Equal("6695febc9288e36282235fc7151f128497b38f3f", Hex(user.KeysFor(Engine).Auth));
    }
}
