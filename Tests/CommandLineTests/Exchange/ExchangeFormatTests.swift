import Exchange
import Foundation
import Testing

/// The bytes that are signed, as the page of the exchange states them: other programs make them too.
@Suite struct ExchangeFormatTests {
    /// Known answers: digest and signatures of an entry that was computed from the page by another program.
    @Test func entriesHaveTheDigestsOfThePage() throws {
        let line = """
            {"author":"coordinator","charter":"560d4b1cf749ff58676d4334ef436bcd9e87bf0c1078a44eb0bd922304e1a4a4","cited":[{"digest":\
            "5a53df20040ca3733fa289c50ecd36dbea144432563e55ccbb05e58d9aa8488f","name":"a","sequence":1,"signature":\
            "b138815231769c20c36d1cf1af4155467b3a54dc2aef9727a2ea53e7e97047e45bb360c3101948ea2e7017c3b3e7f9e4419d51918f807f487279ccdae81c1007"}],\
            "file":{"bytes":8587,"digest":"f391e5ca1ef9473afa1f99cd6a2a1ac3ccd26b8a33dcedd8542acbfb41f577dc"},"format":"dmoe-exchange-entry",\
            "formatVersion":1,"kind":"model","note":"ü","previous":"14016d1117c307b299e18fc8a03f455955dc603bea457b107f3332a3f698b4f0",\
            "round":0,"sequence":2,"signature":\
            "3942b3335cedf7e843d5aaea04746d654cea9af6a78def5413eb56cf0bec045348b623798e4760fa44b4a99840dc71b12d321e5b253597183c57edcce429fe09",\
            "sites":[{"name":"a","sequence":1}],"software":"dmoe 0.2.0-dev","written":"2026-12-01T00:33:26Z"}
            """
        let entry = try LogEntry.decode(Data(line.utf8), source: "l")
        #expect(entry.digest.text == "bf9661130da16328dd379e2e9332098ddadc0f5e9ba48bfe23c967f199455836")
    }

    /// A log that a coordinator has signed once; a change of what is signed makes it foreign.
    @Test func signedLogsStayValid() throws {
        let line = """
            {"author":"coordinator","charter":"560d4b1cf749ff58676d4334ef436bcd9e87bf0c1078a44eb0bd922304e1a4a4","format":\
            "dmoe-exchange-entry","formatVersion":1,"kind":"opening","round":0,"sequence":1,"signature":\
            "9f03a7709d873041680dbec911822379a9a7bea48323ab30546829f83e650b66ab2b8c90807ce0f47b8f73a1fe79018462a9dfe0524c13c96690f2ec5724e20d",\
            "software":"dmoe 0.2.0-dev","written":"2026-12-01T00:33:25Z"}

            """
        let key = try #require(MemberKey("c44dbc791d91aa5f43fe592833042aad1a7b5027e101379498f207ec9dbd91bb"))
        let charter = try #require(ContentDigest("560d4b1cf749ff58676d4334ef436bcd9e87bf0c1078a44eb0bd922304e1a4a4"))
        let log = try MemberLog(Data(line.utf8), name: Member.coordinator, key: key, charter: charter)
        #expect(log.entries.map(\.digest.text) == ["14016d1117c307b299e18fc8a03f455955dc603bea457b107f3332a3f698b4f0"])
        #expect(throws: LogDamage(line: 1, reason: .notSigned)) {
            try MemberLog(
                Data(line.replacing(":25Z", with: ":26Z").utf8), name: Member.coordinator, key: key, charter: charter)
        }
    }
}
