//! The whole stack, with a pair of sockets for a wire and the loopback of this machine for the world.

use super::*;
use crate::packet;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket};
use std::thread::JoinHandle;

/// The near end of the wire, and what keeps the stack running.
struct Inside {
    wire: OwnedFd,
    lifeline: Option<OwnedFd>,
    stack: Option<JoinHandle<io::Result<()>>>,
    _folder: tempfile::TempDir,
}

const HEADERS: usize = 24;

impl Inside {
    fn new() -> Self {
        let flags = SocketFlags::CLOEXEC;
        let (near, far) =
            rustix::net::socketpair(AddressFamily::UNIX, SocketType::DGRAM, flags, None).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let opened = std::fs::File::open(folder.path()).unwrap();
        let lifelines = packet::listen(opened.as_fd(), "lifelines").unwrap();
        let lifeline = packet::connect(folder.path(), "lifelines").unwrap();
        let setup = Setup { wire: Wire::of(far).unwrap(), lifelines, host_loopback: true };
        let stack = std::thread::spawn(|| run(setup));
        Self { wire: near, lifeline: Some(lifeline), stack: Some(stack), _folder: folder }
    }

    fn send(&self, packet: &[u8]) {
        let mut frame = vec![0; HEADERS];
        let kind: [u8; 2] = if packet[0] >> 4 == 4 { [0x08, 0x00] } else { [0x86, 0xdd] };
        frame[HEADERS - 2..].copy_from_slice(&kind);
        frame.extend(packet);
        rustix::net::send(&self.wire, &frame, SendFlags::empty()).unwrap();
    }

    /// The next packet that comes, within 5 s.
    fn receive(&self) -> Vec<u8> {
        let mut polled = [PollFd::new(&self.wire, PollFlags::IN)];
        let patience = Timespec { tv_sec: 5, tv_nsec: 0 };
        assert_eq!(poll(&mut polled, Some(&patience)).unwrap(), 1, "nothing came");
        let mut frame = vec![0; wire::FRAME];
        let (length, _) = rustix::net::recv(&self.wire, &mut frame[..], RecvFlags::empty()).unwrap();
        frame[HEADERS..length].to_vec()
    }

    fn receive_segment(&self) -> (Segment, Vec<u8>) {
        let packet = self.receive();
        let parsed = parse::packet(&packet).unwrap();
        let Content::Tcp(segment) = parsed.content else { panic!("{parsed:?}") };
        (segment, packet[packet.len() - segment.payload..].to_vec())
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.lifeline = None;
        if let Some(stack) = self.stack.take() {
            // It ends with its last lifeline.
            stack.join().unwrap().unwrap();
        }
    }
}

const SYN: u8 = 2;
const ACK: u8 = 16;
const FIN: u8 = 1;
const RST: u8 = 4;
const HERE: u16 = 40000;

/// A segment to `port` of the host.
fn segment(port: u16, flags: u8, sequence: u32, acknowledgment: u32, payload: &[u8]) -> Vec<u8> {
    segment_to(addresses::HOST.0, port, flags, sequence, acknowledgment, payload)
}

fn segment_to(
    address: Ipv4Addr,
    port: u16,
    flags: u8,
    sequence: u32,
    acknowledgment: u32,
    payload: &[u8],
) -> Vec<u8> {
    let mut packet = vec![0; 20];
    let (source, destination): (IpAddr, IpAddr) = (addresses::NEAR.0.into(), address.into());
    emit::header(&mut packet, source, destination, parse::TCP, 20 + payload.len(), 0);
    packet.extend(HERE.to_be_bytes());
    packet.extend(port.to_be_bytes());
    packet.extend(sequence.to_be_bytes());
    packet.extend(acknowledgment.to_be_bytes());
    packet.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    packet.extend(payload);
    packet
}

#[test]
fn what_is_refused_outside_is_refused_inside() {
    let inside = Inside::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    inside.send(&segment(port, SYN, 100, 0, b""));
    let (answer, _) = inside.receive_segment();
    assert!(answer.rst && answer.ack);
    assert_eq!((answer.acknowledgment, answer.source, answer.destination), (101, port, HERE));
}

#[test]
fn bytes_and_ends_pass_each_way_on_its_own() {
    let inside = Inside::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    inside.send(&segment(port, SYN, 100, 0, b""));
    let (answer, _) = inside.receive_segment();
    assert!(answer.syn && answer.ack && answer.acknowledgment == 101);
    let (mut outside, _) = listener.accept().unwrap();
    let theirs = answer.sequence.wrapping_add(1);

    inside.send(&segment(port, ACK | FIN, 101, theirs, b"question"));
    let mut question = String::new();
    outside.read_to_string(&mut question).unwrap();
    assert_eq!(question, "question");

    outside.write_all(b"answer").unwrap();
    drop(outside);
    let (mut received, mut ended) = (Vec::new(), false);
    while !ended {
        let (segment, payload) = inside.receive_segment();
        received.extend(payload);
        ended = segment.fin;
        assert!(!segment.rst);
    }
    assert_eq!(received, b"answer");
    inside.send(&segment(port, ACK, 110, theirs + 7, b""));

    // Nothing is left of it: what comes now is of no connection.
    inside.send(&segment(port, ACK, 110, theirs + 7, b"late"));
    while !inside.receive_segment().0.rst {}
}

#[test]
fn an_opening_taken_back_inside_breaks_off_outside() {
    let inside = Inside::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    inside.send(&segment(port, SYN, 100, 0, b""));
    inside.receive_segment();
    let (mut outside, _) = listener.accept().unwrap();
    inside.send(&segment(port, RST, 101, 0, b""));
    let error = outside.read(&mut [0; 1]).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
}

#[test]
fn an_end_that_breaks_off_outside_breaks_off_inside() {
    let inside = Inside::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    inside.send(&segment(port, SYN, 100, 0, b""));
    let theirs = inside.receive_segment().0.sequence.wrapping_add(1);
    let (outside, _) = listener.accept().unwrap();
    inside.send(&segment(port, ACK, 101, theirs, b"unread"));
    while rustix::net::recv(&outside, &mut [0; 1][..], RecvFlags::PEEK).unwrap().0 == 0 {}
    // Closed with something unread.
    drop(outside);
    while !inside.receive_segment().0.rst {}
}

#[test]
fn a_datagram_is_answered_from_where_it_went() {
    let inside = Inside::new();
    let outside = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = outside.local_addr().unwrap().port();
    let (near, host) =
        (SocketAddr::new(addresses::NEAR.0.into(), HERE), SocketAddr::from((addresses::HOST.0, port)));
    let mut packet = vec![0; 28];
    emit::datagram(&mut packet, near, host, 4, 0);
    packet.extend(b"ping");
    inside.send(&packet);
    let mut buffer = [0; 16];
    let (length, from) = outside.recv_from(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], b"ping");
    outside.send_to(b"pong!", from).unwrap();
    let answer = inside.receive();
    let parsed = parse::packet(&answer).unwrap();
    let Content::Udp(datagram) = parsed.content else { panic!("{parsed:?}") };
    assert_eq!((parsed.source, datagram.source, datagram.destination), (host.ip(), port, HERE));
    assert_eq!(&answer[datagram.payload..datagram.end], b"pong!");
}

#[test]
fn addresses_of_the_wire_are_unreachable_at_once() {
    let inside = Inside::new();
    let opening = segment_to(Ipv4Addr::new(169, 254, 1, 77), 80, SYN, 100, 0, b"");
    inside.send(&opening);
    let answer = inside.receive();
    assert_eq!(parse::packet(&answer).unwrap().source, IpAddr::from(addresses::STACK.0));
    // Destination unreachable, host, with the packet that was sent.
    assert_eq!((&answer[20..22], &answer[28..]), (&[3, 1][..], &opening[..]));
}

#[test]
fn an_event_says_what_it_is_about() {
    for subject in [
        Subject::Wire,
        Subject::Listener,
        Subject::Lifeline(4095),
        Subject::Flow(Token { index: 8191, generation: 77 }),
    ] {
        assert_eq!(Subject::of(subject.number()), subject);
    }
}
