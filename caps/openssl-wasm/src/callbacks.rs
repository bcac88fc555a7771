//! What OpenSSL calls during operations. None of it reaches the consumer at once: questions stop the operation, and
//! reports are passed on at its end.

use alloc::string::String;
use core::ffi::{CStr, c_char, c_int, c_uchar, c_uint, c_void};
use core::{ptr, slice};

use crate::bindings::tls::{Event, Message, Setting};
use crate::connection::{Connection, ServerName};
use crate::context::Context;
use crate::ffi::*;
use crate::psk;

/// Turns one of the settings on or off that are callbacks.
pub fn set(context: &Context, setting: Setting, on: bool) {
    let ctx = context.ctx();
    // SAFETY: the context outlives its callbacks.
    unsafe {
        match setting {
            Setting::AskServerName => {
                context.asks().server_name.set(on);
                SSL_CTX_set_client_hello_cb(
                    ctx,
                    on.then_some(on_client_hello as HelloCallback),
                    ptr::null_mut(),
                );
                let answer = on.then_some(on_server_name as HelloCallback);
                SSL_CTX_callback_ctrl(ctx, SSL_CTRL_SET_TLSEXT_SERVERNAME_CB, answer);
            }
            Setting::AskClientPsk => {
                context.asks().client_psk.set(on);
                SSL_CTX_set_psk_client_callback(ctx, on.then_some(psk::on_client as PskClientCallback));
            }
            Setting::AskServerPsk => {
                context.asks().server_psk.set(on);
                SSL_CTX_set_psk_server_callback(ctx, on.then_some(psk::on_server as PskServerCallback));
            }
            Setting::ReportKeys => {
                SSL_CTX_set_keylog_callback(ctx, on.then_some(on_key as KeyCallback));
            }
            Setting::ReportMessages => SSL_CTX_set_msg_callback(ctx, message_callback(on)),
            Setting::SelectProtocol => {
                let data = ptr::from_ref(context).cast_mut().cast::<c_void>();
                SSL_CTX_set_alpn_select_cb(ctx, on.then_some(on_protocols as ProtocolCallback), data);
            }
            _ => {}
        }
    }
}

/// What reports messages, or nothing.
pub fn message_callback(on: bool) -> Option<MessageCallback> {
    on.then_some(on_message as MessageCallback)
}

/// Stops at each ClientHello until there is an answer.
unsafe extern "C" fn on_client_hello(ssl: *mut Ssl, _: *mut c_int, _: *mut c_void) -> c_int {
    // SAFETY: an operation is under way.
    let (connection, name) = unsafe { (Connection::of(ssl), name_in_hello(ssl)) };
    let mut question = connection.server_name().borrow_mut();
    if matches!(*question, ServerName::Answered(_)) {
        return SSL_CLIENT_HELLO_SUCCESS;
    }
    *question = ServerName::Asked(name);
    SSL_CLIENT_HELLO_RETRY
}

/// The host's name in a ClientHello, which is not parsed yet.
unsafe fn name_in_hello(ssl: *mut Ssl) -> Option<String> {
    let (mut content, mut size) = (ptr::null(), 0);
    // SAFETY: a ClientHello is being processed.
    let extension = unsafe {
        if SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_SERVER_NAME, &mut content, &mut size) != 1 {
            return None;
        }
        slice::from_raw_parts(content, size)
    };
    // The size of the list, the type of its only entry (a host), and the size of that.
    let (start, name) = extension.split_at_checked(5)?;
    let is_host = start[2] == 0 && usize::from(u16::from_be_bytes([start[3], start[4]])) == name.len();
    if !is_host || name.is_empty() {
        return None;
    }
    Some(String::from_utf8_lossy(name).into_owned())
}

/// Gives the answer, where OpenSSL asks for it.
unsafe extern "C" fn on_server_name(ssl: *mut Ssl, alert: *mut c_int, _: *mut c_void) -> c_int {
    // SAFETY: an operation is under way.
    let connection = unsafe { Connection::of(ssl) };
    match connection.server_name().replace(ServerName::Unasked) {
        ServerName::Answered(Some(with)) => {
            // SAFETY: OpenSSL has room for it.
            unsafe { *alert = with.into() };
            SSL_TLSEXT_ERR_ALERT_FATAL
        }
        _ => SSL_TLSEXT_ERR_OK,
    }
}

/// Selects one of the protocols that both sides have.
unsafe extern "C" fn on_protocols(
    _: *mut Ssl,
    chosen: *mut *const c_uchar,
    chosen_size: *mut c_uchar,
    offered: *const c_uchar,
    offered_size: c_uint,
    data: *mut c_void,
) -> c_int {
    // SAFETY: the context is there, and what is chosen stays in either list.
    unsafe {
        let protocols = (*data.cast::<Context>()).protocols().borrow();
        let selected = SSL_select_next_proto(
            chosen.cast(),
            chosen_size,
            protocols.as_ptr(),
            protocols.len() as c_uint,
            offered,
            offered_size,
        );
        if selected == OPENSSL_NPN_NEGOTIATED { SSL_TLSEXT_ERR_OK } else { SSL_TLSEXT_ERR_NOACK }
    }
}

unsafe extern "C" fn on_key(ssl: *const Ssl, line: *const c_char) {
    // SAFETY: an operation is under way, and the line ends with a zero byte.
    let (connection, line) = unsafe { (Connection::of(ssl), CStr::from_ptr(line)) };
    let line = String::from_utf8_lossy(line.to_bytes()).into_owned();
    connection.events().borrow_mut().push(Event::Key(line));
}

unsafe extern "C" fn on_message(
    sent: c_int,
    version: c_int,
    content_type: c_int,
    content: *const c_void,
    size: usize,
    ssl: *mut Ssl,
    _: *mut c_void,
) {
    // SAFETY: an operation is under way, and there are that many bytes.
    let (connection, content) =
        unsafe { (Connection::of(ssl), slice::from_raw_parts(content.cast::<u8>(), size)) };
    let message = Message { sent: sent != 0, version, content_type, content: content.to_vec() };
    connection.events().borrow_mut().push(Event::Message(message));
}
