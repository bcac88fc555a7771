//! `tls`, exported: each function hands its arguments on.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use crate::Component;
use crate::bindings::tls::{
    Bytes, Cipher, Connection as ConnectionResource, Context as ContextResource, ContextBorrow, Failure,
    Guest, GuestConnection, GuestContext, GuestSession, Outcome, Protocol, Quantity, Refusal,
    Session as SessionResource, SessionBorrow, Setting, Statistics, Trusted,
};
use crate::connection::Connection;
use crate::context::Context;
use crate::failure::text;
use crate::ffi::{OpenSSL_version, OpenSSL_version_num};
use crate::roots;
use crate::secret::Secret;
use crate::session::Session;

impl Guest for Component {
    type Context = Rc<Context>;
    type Session = Session;
    type Connection = Box<Connection>;

    fn version_number() -> u32 {
        // SAFETY: it may be called at any time.
        unsafe { OpenSSL_version_num() as u32 }
    }

    fn version_text() -> String {
        // SAFETY: the text stays.
        unsafe { text(OpenSSL_version(0)) }
    }

    fn built_in() -> String {
        roots::source()
    }
}

impl GuestContext for Rc<Context> {
    fn open(protocol: Protocol) -> Result<ContextResource, Failure> {
        Context::open(protocol).map(ContextResource::new)
    }

    fn get(&self, setting: Setting) -> u64 {
        Context::get(self, setting)
    }

    fn set(&self, setting: Setting, value: u64) -> Result<(), Failure> {
        Context::set(self, setting, value)
    }

    fn set_ciphers(&self, ciphers: String) -> Result<(), Failure> {
        Context::set_ciphers(self, ciphers)
    }

    fn set_groups(&self, nids: Vec<i32>) -> Result<(), Failure> {
        Context::set_groups(self, nids)
    }

    fn set_dh_parameters(&self, pem: Vec<u8>) -> Result<(), Failure> {
        Context::set_dh_parameters(self, &pem)
    }

    fn set_protocols(&self, protocols: Vec<u8>) -> Result<(), Failure> {
        Context::set_protocols(self, protocols)
    }

    fn set_psk_hint(&self, hint: Option<String>) -> Result<(), Failure> {
        Context::set_psk_hint(self, hint)
    }

    fn add_certificate(&self, der: Vec<u8>) -> Result<(), Failure> {
        Context::add_certificate(self, &der)
    }

    fn add_file(&self, pem: Bytes) -> Result<u32, Failure> {
        Context::add_file(self, pem.as_slice())
    }

    fn add_hashed_file(&self, folder: u32, name: String, pem: Vec<u8>) {
        Context::add_hashed_file(self, folder, name, pem);
    }

    fn forget_hashed_files(&self, folder: u32) {
        Context::forget_hashed_files(self, folder);
    }

    fn add_built_in(&self) -> Result<u32, Failure> {
        self.add_roots()
    }

    fn trusted(&self) -> Vec<Trusted> {
        Context::trusted(self)
    }

    fn use_certificates(&self, pem: Vec<u8>, password: Option<Vec<u8>>) -> Result<(), Refusal> {
        Context::use_certificates(self, &Secret::from(pem), password)
    }

    fn use_private_key(&self, pem: Vec<u8>, password: Option<Vec<u8>>) -> Result<(), Refusal> {
        Context::use_private_key(self, &Secret::from(pem), password)
    }

    fn check_private_key(&self) -> Result<(), Failure> {
        Context::check_private_key(self)
    }

    fn statistics(&self) -> Statistics {
        Context::statistics(self)
    }
}

impl GuestSession for Session {
    fn id(&self) -> Vec<u8> {
        Session::id(self)
    }

    fn time(&self) -> i64 {
        Session::time(self)
    }

    fn timeout(&self) -> i64 {
        Session::timeout(self)
    }

    fn ticket_lifetime(&self) -> Option<u32> {
        Session::ticket_lifetime(self)
    }
}

impl GuestConnection for Box<Connection> {
    fn open(context: ContextBorrow<'_>) -> Result<ConnectionResource, Failure> {
        Connection::open(context.get::<Rc<Context>>()).map(ConnectionResource::new)
    }

    fn set_role(&self, is_server: bool) {
        Connection::set_role(self, is_server);
    }

    fn get(&self, quantity: Quantity) -> i64 {
        Connection::get(self, quantity)
    }

    fn set(&self, quantity: Quantity, value: i64) {
        Connection::set(self, quantity, value);
    }

    fn set_context(&self, context: ContextBorrow<'_>) {
        Connection::set_context(self, context.get::<Rc<Context>>());
    }

    fn set_session_id_context(&self, id: Vec<u8>) -> Result<(), Failure> {
        Connection::set_session_id_context(self, &id)
    }

    fn set_server_name(&self, name: String) -> Result<(), Failure> {
        Connection::set_server_name(self, name)
    }

    fn set_host(&self, name: String) -> Result<(), Failure> {
        Connection::set_host(self, &name)
    }

    fn set_address(&self, address: Vec<u8>) -> Result<(), Failure> {
        Connection::set_address(self, &address)
    }

    fn set_session(&self, session: SessionBorrow<'_>) -> Result<(), Failure> {
        Connection::set_session(self, session.get::<Session>())
    }

    fn session(&self) -> Option<SessionResource> {
        Connection::session(self).map(SessionResource::new)
    }

    fn handshake(&self, input: Bytes) -> Outcome {
        Connection::handshake(self, input.as_slice())
    }

    fn read(&self, input: Bytes, limit: u32) -> Outcome {
        Connection::read(self, input.as_slice(), limit)
    }

    fn write(&self, input: Bytes, data: Bytes) -> Outcome {
        Connection::write(self, input.as_slice(), data.as_slice())
    }

    fn shutdown(&self, input: Bytes) -> Outcome {
        Connection::shutdown(self, input.as_slice())
    }

    fn end_input(&self) {
        self.with_wire(crate::wire::Wire::end);
    }

    fn request_certificate(&self) -> Result<(), Failure> {
        Connection::request_certificate(self)
    }

    fn answer_server_name(&self, alert: Option<u8>) {
        Connection::answer_server_name(self, alert);
    }

    fn answer_psk(&self, identity: String, key: Option<Vec<u8>>) {
        Connection::answer_psk(self, identity, key);
    }

    fn version(&self) -> String {
        Connection::version(self)
    }

    fn cipher(&self) -> Option<Cipher> {
        Connection::cipher(self)
    }

    fn ciphers(&self) -> Vec<Cipher> {
        Connection::ciphers(self)
    }

    fn client_ciphers(&self) -> Option<Vec<Cipher>> {
        Connection::client_ciphers(self)
    }

    fn protocol(&self) -> Vec<u8> {
        Connection::protocol(self)
    }

    fn server_name(&self) -> Option<String> {
        self.given_name()
    }

    fn finished_message(&self, of_peer: bool) -> Vec<u8> {
        Connection::finished_message(self, of_peer)
    }

    fn peer_certificate(&self) -> Option<Vec<u8>> {
        Connection::peer_certificate(self)
    }

    fn peer_chain(&self) -> Option<Vec<Vec<u8>>> {
        Connection::peer_chain(self)
    }

    fn verified_chain(&self) -> Option<Vec<Vec<u8>>> {
        Connection::verified_chain(self)
    }
}
