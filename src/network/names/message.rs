//! DNS messages: a query that can be answered, our answers to it, and those of others (RFC 1035, section 4; RFC 6891).
//!
//! `domain` reads and writes them. A type of record that it does not know is none the less passed on: it keeps no list
//! of those it reads. By hand is only what it has no word for: a name as the text we compare by ([`text`]), and an
//! answer of another server with its question in the sender's spelling, or cut to what the sender takes
//! ([`Query::fit`]).

use domain::base::iana::{Class, ExtendedErrorCode, Opcode, OptRcode, Rcode, Rtype};
use domain::base::message_builder::{AnswerBuilder, PushError};
use domain::base::name::ToLabelIter;
use domain::base::opt::{ExtendedError, Opt, OptRecord};
use domain::base::{Header, Message, MessageBuilder, Name, ParsedName, Question, StaticCompressor, Ttl};
use domain::rdata::{A, Aaaa, Ptr};
use std::fmt::Write;
use std::net::IpAddr;

/// Bytes of a header.
pub const HEADER: usize = 12;

/// The largest query that is accepted, in bytes.
pub const LARGEST_QUERY: usize = 4096;

/// The largest message there can be, in bytes (TCP, RFC 1035, section 4.2.2).
pub const LARGEST: usize = 65535;

/// What any client takes over UDP, in bytes (RFC 1035, section 4.2.1).
pub const SMALLEST_LIMIT: usize = 512;

/// Bytes of UDP that are promised to be taken here: they fit any network (dnsflagday.net/2020).
const OUR_SIZE: u16 = 1232;

/// The most bytes of our EDNS record: its fields, and one option with a code (RFC 6891, section 6.1.2; RFC 8914,
/// section 2).
const EDNS: usize = 11 + 6;

/// How long a record of ours may be kept: it is true only now, but some resolvers are not at ease with 0.
const KEPT: Ttl = Ttl::from_secs(1);

/// A query that can be answered.
#[derive(Debug)]
pub struct Query<'a> {
    message: &'a Message<[u8]>,
    question: Question<ParsedName<&'a [u8]>>,
    /// Where its question ends.
    end: usize,
    edns: Option<OptRecord<&'a [u8]>>,
    /// What is asked for: see [`text`].
    pub name: String,
}

/// Why bytes are no query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unreadable {
    /// No header, or an answer: silence, so that two servers never talk to each other for ever.
    Noise,
    /// To be answered with this code, without a question.
    Wrong(Rcode),
}

/// An answer of our own while it is made.
type Reply = AnswerBuilder<StaticCompressor<Vec<u8>>>;

impl<'a> Query<'a> {
    /// Reads a query of one question.
    pub fn read(bytes: &'a [u8]) -> Result<Self, Unreadable> {
        let message = Message::from_slice(bytes).map_err(|_| Unreadable::Noise)?;
        if message.header().qr() {
            return Err(Unreadable::Noise);
        }
        if message.header().opcode() != Opcode::QUERY {
            return Err(Unreadable::Wrong(Rcode::NOTIMP));
        }
        Self::parts(message).ok_or(Unreadable::Wrong(Rcode::FORMERR))
    }

    fn parts(message: &'a Message<[u8]>) -> Option<Self> {
        if message.header_counts().qdcount() != 1 {
            return None;
        }
        let mut questions = message.question();
        let question = questions.next()?.ok()?;
        let end = questions.pos();
        // Nothing stands before the question that its name could point to. The library follows a pointer into the
        // header; a name with one is never as long as where it lies.
        if HEADER + usize::from(question.qname().compose_len()) + 4 != end {
            return None;
        }
        let mut records = message.additional().ok()?.limit_to::<Opt<_>>();
        let edns = records.next().transpose().ok()?.map(OptRecord::from);
        if records.next().is_some() {
            return None;
        }
        Some(Self { message, end, edns, name: text(question.qname()), question })
    }

    /// Its id.
    pub fn id(&self) -> u16 {
        self.message.header().id()
    }

    /// The type that is asked for.
    pub fn kind(&self) -> Rtype {
        self.question.qtype()
    }

    /// The class that is asked for.
    pub fn class(&self) -> Class {
        self.question.qclass()
    }

    /// Whether its version of EDNS is one that exists.
    pub fn has_known_version(&self) -> bool {
        self.edns.as_ref().is_none_or(|edns| edns.version() == 0)
    }

    /// The most bytes its sender takes over UDP.
    pub fn limit(&self) -> usize {
        let size = self.edns.as_ref().map_or(0, |edns| usize::from(edns.udp_payload_size()));
        size.max(SMALLEST_LIMIT)
    }

    /// Whether `answer` is one to this query, whatever its case and its id. Some servers leave the question out of
    /// an answer that is none.
    pub fn is_answered_by(&self, answer: &[u8]) -> bool {
        let Ok(answer) = Message::from_slice(answer) else { return false };
        if !answer.header().qr() || answer.header().opcode() != Opcode::QUERY {
            return false;
        }
        match answer.header_counts().qdcount() {
            0 => [Rcode::FORMERR, Rcode::SERVFAIL, Rcode::NOTIMP, Rcode::REFUSED]
                .contains(&answer.header().rcode()),
            1 => {
                let mut questions = answer.question();
                let same = questions.next().is_some_and(|question| question.as_ref() == Ok(&self.question));
                same && questions.pos() == self.end
            }
            _ => false,
        }
    }

    /// Makes `answer`, which [answers it](Self::is_answered_by), the sender's own: its id, its spelling, and not
    /// more than `limit` bytes.
    ///
    /// The library changes nothing of a message but its header, so the question is copied over the one that is
    /// there, which differs in case at most: who asks in a spelling that is hard to guess wants it back.
    pub fn fit(&self, mut answer: Vec<u8>, limit: usize) -> Vec<u8> {
        if answer.len() > limit {
            // Nor does it take a record out of one: an answer that is too large loses them all.
            let mut reply = self.begin(code(&answer).into());
            reply.header_mut().set_tc(true);
            return self.end(reply, code(&answer).into(), None);
        }
        set_id(&mut answer, self.id());
        let has_question =
            Message::from_slice(&answer).is_ok_and(|answer| answer.header_counts().qdcount() == 1);
        if let Some(question) = answer.get_mut(HEADER..self.end).filter(|_| has_question) {
            question.copy_from_slice(&self.message.as_slice()[HEADER..self.end]);
        }
        answer
    }

    /// An answer of our own, of at most `limit` bytes: records that do not fit are left out, and that is said. `why`
    /// is said to those who understand it.
    pub fn answer(
        &self,
        code: OptRcode,
        records: &[Answer],
        why: Option<ExtendedErrorCode>,
        limit: usize,
    ) -> Vec<u8> {
        let mut reply = self.begin(code);
        let edns = if self.edns.is_some() { EDNS } else { 0 };
        // The library stops one byte before its limit.
        reply.set_push_limit((limit + 1).saturating_sub(edns));
        if records.iter().try_for_each(|record| self.push(&mut reply, record)).is_err() {
            reply.header_mut().set_tc(true);
        }
        reply.clear_push_limit();
        self.end(reply, code, why)
    }

    /// The header and the question, in the sender's spelling.
    fn begin(&self, code: OptRcode) -> Reply {
        let Ok(builder) =
            MessageBuilder::from_target(StaticCompressor::new(Vec::with_capacity(SMALLEST_LIMIT)));
        let mut reply = builder.start_error(self.message, code.rcode());
        reply.header_mut().set_ra(true);
        reply.header_mut().set_cd(self.message.header().cd());
        reply
    }

    fn push(&self, reply: &mut Reply, record: &Answer) -> Result<(), PushError> {
        let name = self.question.qname();
        match record {
            Answer::Address(IpAddr::V4(address)) => reply.push((name, KEPT, A::new(*address))),
            Answer::Address(IpAddr::V6(address)) => reply.push((name, KEPT, Aaaa::new(*address))),
            Answer::Name(target) => reply.push((name, KEPT, Ptr::new(target))),
        }
    }

    /// Adds EDNS, to a sender who has it.
    fn end(&self, reply: Reply, code: OptRcode, why: Option<ExtendedErrorCode>) -> Vec<u8> {
        let mut reply = reply.additional();
        if let Some(edns) = &self.edns {
            // It always finds room: a vector has no end, and no limit is set any more.
            let _ = reply.opt(|opt| {
                opt.set_udp_payload_size(OUR_SIZE);
                opt.set_rcode(code);
                opt.set_dnssec_ok(edns.dnssec_ok());
                why.map_or(Ok(()), |why| opt.push(&ExtendedError::<&[u8]>::from(why)))
            });
        }
        reply.finish().into_target()
    }
}

/// A record of an answer of our own, whose name is the question's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A or AAAA.
    Address(IpAddr),
    /// PTR.
    Name(Name<Vec<u8>>),
}

/// The answer to what is no query: its header and `code`.
pub fn complaint(bytes: &[u8], code: Rcode) -> Vec<u8> {
    let query = Message::from_slice(bytes).map(Message::header).unwrap_or_default();
    let mut reply = MessageBuilder::new_vec();
    let header = reply.header_mut();
    header.set_id(query.id());
    header.set_opcode(query.opcode());
    header.set_rd(query.rd());
    header.set_cd(query.cd());
    header.set_qr(true);
    header.set_ra(true);
    header.set_rcode(code);
    reply.finish()
}

/// The code of an answer, without its extension.
pub fn code(answer: &[u8]) -> Rcode {
    Message::from_slice(answer).map(|answer| answer.header().rcode()).unwrap_or(Rcode::NOERROR)
}

/// Gives a message another id.
pub fn set_id(message: &mut [u8], id: u16) {
    if message.len() >= HEADER {
        Header::for_message_slice_mut(message).set_id(id);
    }
}

/// The id of what has a header.
pub fn id(message: &[u8]) -> Option<u16> {
    Message::from_slice(message).ok().map(|message| message.header().id())
}

/// A name in lower case, with dots between its labels and none at the end. Any byte but letters, digits, `-` and `_`
/// is written `\065`, so that a dot within a label is none between two; the library's own text leaves most of them
/// as they are.
pub fn text(name: &ParsedName<&[u8]>) -> String {
    let mut text = String::with_capacity(usize::from(name.compose_len()));
    for label in name.iter().filter(|label| !label.is_root()) {
        if !text.is_empty() {
            text.push('.');
        }
        label.iter().for_each(|byte| push(&mut text, byte));
    }
    text
}

fn push(text: &mut String, byte: u8) {
    if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
        text.push(char::from(byte.to_ascii_lowercase()));
    } else {
        let _ = write!(text, "\\{byte:03}");
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use domain::dep::octseq::Parser;
    use std::net::Ipv4Addr;

    /// The bytes of a name with dots between its labels.
    pub(in super::super) fn labels(name: &str) -> Vec<u8> {
        Name::vec_from_str(name).unwrap().into_octets()
    }

    /// A query as a resolver would send it; `edns` is the size it takes.
    pub(in super::super) fn query(name: &str, kind: Rtype, edns: Option<u16>) -> Vec<u8> {
        let mut bytes = vec![0xab, 0xcd, 1, 0, 0, 1, 0, 0, 0, 0, 0, u8::from(edns.is_some())];
        bytes.extend(labels(name));
        bytes.extend([kind.to_int().to_be_bytes(), [0, 1]].concat());
        if let Some(size) = edns {
            bytes.extend([0, 0, 41]);
            bytes.extend(size.to_be_bytes());
            bytes.extend([0, 0, 0x80, 0, 0, 0]);
        }
        bytes
    }

    /// An answer to `query` with records as (name, type, data); names are written out.
    pub(in super::super) fn answered(query: &[u8], records: &[(&str, Rtype, Vec<u8>)]) -> Vec<u8> {
        let end = Query::read(query).unwrap().end;
        let mut bytes = query[..end].to_vec();
        bytes[2..4].copy_from_slice(&[0x81, 0x80]);
        bytes[6..HEADER].copy_from_slice(&[0, records.len() as u8, 0, 0, 0, 0]);
        for (name, kind, data) in records {
            bytes.extend(labels(name));
            bytes.extend([kind.to_int().to_be_bytes(), [0, 1], [0, 0], [0, 30]].concat());
            bytes.extend((data.len() as u16).to_be_bytes());
            bytes.extend(data);
        }
        bytes
    }

    /// Every cut of `bytes`, and each byte changed in a few ways.
    pub(in super::super) fn mutations(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
        let cuts = (0..=bytes.len()).map(|length| bytes[..length].to_vec());
        let changes = (0..bytes.len()).flat_map(|at| [0, 1, 0x3f, 0x40, 0xc0, 0xff].map(|byte| (at, byte)));
        cuts.chain(changes.map(|(at, byte)| {
            let mut changed = bytes.to_vec();
            changed[at] = byte;
            changed
        }))
    }

    fn records(count: u8) -> Vec<Answer> {
        (0..count).map(|last| Answer::Address(Ipv4Addr::new(10, 0, 0, last).into())).collect()
    }

    #[test]
    fn a_query_is_read_with_its_name_in_lower_case() {
        let bytes = query("WwW.Example-1.cOm", Rtype::AAAA, Some(1400));
        let read = Query::read(&bytes).unwrap();
        assert_eq!(
            (read.name.as_str(), read.kind(), read.class()),
            ("www.example-1.com", Rtype::AAAA, Class::IN)
        );
        assert_eq!((read.id(), read.limit(), read.has_known_version()), (0xabcd, 1400, true));
        let bytes = query("www", Rtype::A, None);
        assert_eq!(Query::read(&bytes).unwrap().limit(), 512);
        let bytes = query("www", Rtype::A, Some(100));
        assert_eq!(Query::read(&bytes).unwrap().limit(), 512);
    }

    #[test]
    fn a_dot_within_a_label_is_none_between_two() {
        let mut bytes = query("axb.com", Rtype::A, None);
        bytes[14] = b'.';
        assert_eq!(Query::read(&bytes).unwrap().name, "a\\046b.com");
        bytes[14] = 0;
        assert_eq!(Query::read(&bytes).unwrap().name, "a\\000b.com");
        bytes[14] = b'\\';
        assert_eq!(Query::read(&bytes).unwrap().name, "a\\092b.com");
    }

    #[test]
    fn what_is_no_query_is_refused_or_ignored() {
        let good = query("a.b", Rtype::A, Some(1232));
        let changed = |at: usize, byte: u8| {
            let mut bytes = good.clone();
            bytes[at] = byte;
            Query::read(&bytes).err()
        };
        let format = Some(Unreadable::Wrong(Rcode::FORMERR));
        assert_eq!(changed(2, 0x81), Some(Unreadable::Noise), "an answer");
        assert_eq!(changed(2, 0x29), Some(Unreadable::Wrong(Rcode::NOTIMP)), "an update");
        assert_eq!(changed(5, 0), format, "no question");
        assert_eq!(changed(5, 2), format, "two questions");
        assert_eq!(changed(12, 0xc0), format, "a pointer in the question");
        assert_eq!(changed(12, 0x41), format, "a label of another kind");
        assert_eq!(changed(11, 9), format, "records that are not there");
        assert_eq!(Query::read(&good[..11]).err(), Some(Unreadable::Noise));
        assert_eq!(
            Query::read(&[good.clone(), good[21..].to_vec()].concat()).map(|_| ()),
            Ok(()),
            "rubbish after it"
        );
        let twice = [good.clone(), good[21..].to_vec()].concat();
        let mut twice_counted = twice;
        twice_counted[11] = 2;
        assert_eq!(Query::read(&twice_counted).err(), format, "EDNS twice");
    }

    fn name_at(message: &[u8], at: usize) -> Option<String> {
        let mut parser = Parser::from_ref(message);
        parser.advance(at).unwrap();
        ParsedName::parse(&mut parser).ok().as_ref().map(text)
    }

    #[test]
    fn names_that_point_in_circles_end() {
        let mut bytes = vec![0; HEADER];
        bytes.extend([1, b'a', 0xc0, 12]);
        assert_eq!(name_at(&bytes, 12), None);
        bytes.extend([1, b'b', 0xc0, 18]);
        assert_eq!(name_at(&bytes, 16), None);
        let mut long = vec![0; HEADER];
        for _ in 0..5 {
            long.push(63);
            long.extend([b'x'; 63]);
        }
        long.push(0);
        assert_eq!(name_at(&long, 12), None);
        let good = [&[0; 12][..], &[1, b'a', 0, 1, b'b', 0xc0, 12]].concat();
        assert_eq!(name_at(&good, 15), Some("b.a".to_owned()));
    }

    #[test]
    fn another_reader_reads_our_answers() {
        let bytes = query("WeB.Front", Rtype::A, Some(1232));
        let read = Query::read(&bytes).unwrap();
        let reply = read.answer(OptRcode::NOERROR, &records(2), None, read.limit());
        let seen = simple_dns::Packet::parse(&reply).unwrap();
        assert_eq!(seen.id(), 0xabcd);
        assert_eq!(seen.questions[0].qname.to_string(), "WeB.Front");
        assert_eq!(seen.answers.len(), 2);
        assert_eq!((seen.answers[1].name.to_string().as_str(), seen.answers[1].ttl), ("WeB.Front", 1));
        let simple_dns::rdata::RData::A(address) = &seen.answers[1].rdata else { panic!("{seen:?}") };
        assert_eq!(address.address, u32::from_be_bytes([10, 0, 0, 1]));
        assert_eq!(seen.opt().unwrap().udp_packet_size, OUR_SIZE);

        let reply = read.answer(OptRcode::NXDOMAIN, &[], Some(ExtendedErrorCode::BLOCKED), read.limit());
        let seen = simple_dns::Packet::parse(&reply).unwrap();
        assert_eq!(seen.rcode(), simple_dns::RCODE::NameError);
        assert_eq!(
            (seen.opt().unwrap().opt_codes[0].code, &*seen.opt().unwrap().opt_codes[0].data),
            (15, &[0, 15][..])
        );

        // The upper byte of what is the time to live elsewhere continues the code (RFC 6891, section 6.1.3).
        let reply = read.answer(OptRcode::BADVERS, &[], None, read.limit());
        assert_eq!((code(&reply), &reply[reply.len() - 6..]), (Rcode::NOERROR, &[1, 0, 0x80, 0, 0, 0][..]));
    }

    #[test]
    fn an_answer_keeps_within_what_its_receiver_takes() {
        for (edns, limit) in [(None, 512), (Some(600), 600), (Some(1232), 1232)] {
            let bytes = query("many", Rtype::A, edns);
            let read = Query::read(&bytes).unwrap();
            let reply = read.answer(OptRcode::NOERROR, &records(200), None, read.limit());
            assert!(reply.len() <= limit && reply.len() > limit - 28, "{} of {limit}", reply.len());
            let seen = simple_dns::Packet::parse(&reply).unwrap();
            assert!(seen.has_flags(simple_dns::PacketFlag::TRUNCATION));
            assert!(seen.answers.len() < 200);
            let whole = read.answer(OptRcode::NOERROR, &records(200), None, LARGEST);
            assert_eq!(simple_dns::Packet::parse(&whole).unwrap().answers.len(), 200);
        }
    }

    #[test]
    fn only_an_answer_to_the_question_is_one() {
        let bytes = query("Example.com", Rtype::A, None);
        let read = Query::read(&bytes).unwrap();
        let good =
            answered(&query("eXAMPLE.COM", Rtype::A, None), &[("example.com", Rtype::A, vec![192, 0, 2, 1])]);
        assert!(read.is_answered_by(&good));
        assert!(!read.is_answered_by(&bytes), "a query");
        assert!(!read.is_answered_by(&answered(&query("example.org", Rtype::A, None), &[])));
        assert!(!read.is_answered_by(&answered(&query("example.com", Rtype::AAAA, None), &[])));
        assert!(!read.is_answered_by(&good[..20]));
        let refused = [0, 0, 0x81, 0x85, 0, 0, 0, 0, 0, 0, 0, 0];
        assert!(read.is_answered_by(&refused));
        let empty = [0, 0, 0x81, 0x80, 0, 0, 0, 0, 0, 0, 0, 0];
        assert!(!read.is_answered_by(&empty), "good, but without the question");
    }

    #[test]
    fn an_answer_is_handed_on_in_the_spelling_of_the_query() {
        let bytes = query("eXample.Com", Rtype::A, None);
        let read = Query::read(&bytes).unwrap();
        let mut answer =
            answered(&query("example.com", Rtype::A, None), &[("example.com", Rtype::A, vec![192, 0, 2, 1])]);
        set_id(&mut answer, 7);
        let fitted = read.fit(answer.clone(), 512);
        assert_eq!(id(&fitted), Some(0xabcd));
        assert_eq!(fitted[HEADER..read.end], bytes[HEADER..read.end]);
        assert_eq!(fitted[read.end..], answer[read.end..]);
        let cut = read.fit(answer, 40);
        let cut = simple_dns::Packet::parse(&cut).unwrap();
        assert!(cut.answers.is_empty() && cut.has_flags(simple_dns::PacketFlag::TRUNCATION));
    }

    #[test]
    fn no_bytes_make_a_reader_fail() {
        let bytes = query("www.example.com", Rtype::A, Some(1232));
        let good = Query::read(&bytes).unwrap();
        let answer = answered(
            &bytes,
            &[("www.example.com", Rtype::CNAME, labels("a.b")), ("a.b", Rtype::A, vec![1, 2, 3, 4])],
        );
        for changed in mutations(&bytes).chain(mutations(&answer)) {
            if let Ok(read) = Query::read(&changed) {
                let reply = read.answer(
                    OptRcode::NOERROR,
                    &records(3),
                    Some(ExtendedErrorCode::BLOCKED),
                    read.limit(),
                );
                assert!(reply.len() <= read.limit());
                read.is_answered_by(&answer);
            }
            if good.is_answered_by(&changed) {
                good.fit(changed.clone(), 512);
            }
            complaint(&changed, Rcode::FORMERR);
        }
    }
}
