//! Words and calls that announce a secret without a name.

use crate::below::Pending;
use crate::bytes::at;
use crate::calls::{self, MAX_CALL_BYTES};
use crate::spans::Spans;
use crate::{certainty, codes, directives, operands, sql};

/// The longest cue.
const MAX_CUE_BYTES: usize = 32;

/// Finds the secret that the cue from `start` to `end` announces; what is left
/// for the lines below.
pub(crate) fn find(text: &[u8], start: usize, end: usize, spans: &mut Spans) -> Option<Pending> {
    spans.add_reach(certainty::reach_of_cue(start, end + MAX_CALL_BYTES));
    let mut lower = [0; MAX_CUE_BYTES];
    let cue = lower.get_mut(..end - start)?;
    cue.copy_from_slice(&text[start..end]);
    cue.make_ascii_lowercase();
    if &*cue == b"ugfzc3dvcmq6" {
        // What a mail server asks for: "Password:" in base64.
        return Some(Pending::password_below(text));
    }
    let is_above = match &*cue {
        b"recovery" => codes::find_recovery(text, end, spans),
        b"backup code" => codes::find_codes(text, end, spans),
        cue => {
            find_here(text, start, end, cue, spans);
            false
        }
    };
    is_above.then_some(Pending::Codes)
}

/// Behind the quote that closes the one cue that may be the name of a field.
pub(crate) fn end_of_name(line: &[u8], start: usize, end: usize) -> usize {
    let is_field = line[start..end].eq_ignore_ascii_case(b"community") && at(line, end) == b'"';
    end + usize::from(is_field)
}

fn find_here(text: &[u8], start: usize, end: usize, cue: &[u8], spans: &mut Spans) {
    match cue {
        b"identified" => sql::find_identified(text, start, end, spans),
        b"community" => directives::find_community(text, start, end, spans),
        b"scrypt:" | b"pbkdf2:" => operands::find_word(text, start, spans),
        b"authentication_string" => operands::find_joined(text, end, spans),
        b"securestring" => operands::find_quoted(text, end, spans),
        b"client(" => calls::find_keys(text, end, spans),
        b"username_pw_set(" => calls::find_login(text, end, spans),
        b"setuser " | b"on >" => operands::find_marked(text, end, spans),
        b"createuser " => operands::find_behind_methods(text, end, spans),
        b"addauth " => operands::find_pair(text, end, spans),
        b"authentication text " => operands::find_word(text, end, spans),
        b"+login " => operands::find_word(text, operands::behind_word(text, end), spans),
        b"using " if operands::names_user(text, start) => operands::find_word(text, end, spans),
        b"using " => {}
        b"sp_addlogin" | b"sp_addlinkedsrvlogin" => operands::find_last_quoted(text, end, spans),
        b"sqlplus " | b"expdp " | b"impdp " | b"rman target " | b".logon " => {
            operands::find_behind_slash(text, end, spans);
        }
        b"add_user "
        | b"net user "
        | b"radtest "
        | b"wpa_passphrase "
        | b"add-user.sh "
        | b"-setairportnetwork "
        | b"htpasswd "
        | b"mosquitto_passwd "
        | b"net use "
        | b"com2sec "
        | b"smbclient "
        | b"mc alias set "
        | b"mc config host add "
        | b"nickserv"
        | b"http-basic."
        | b"rclone obscure " => operands::find_chosen_words(text, end, 6, spans),
        b"/p:" | b"/rp " | b"signtool " => {
            operands::find_windows_flag(text, start, end, cue, spans);
        }
        b"sendline(" | b"send \"" | b"<<< " => {
            operands::find_typed_in(text, start, end, cue, spans);
        }
        b"sudo -s" => operands::find_piped(text, start, spans),
        b"hmac(" | b"hmac.new(" | b"encrypt(" | b"create_user(" | b"create_superuser("
        | b"wifi.begin(" => calls::find_chosen(text, end, spans),
        b"bcrypt." => operands::find_in_method(text, end, spans),
        b"--from-literal=" => operands::find_assigned(text, end, spans),
        b"--secret-string " => operands::find_word(text, end, spans),
        b"--value " | b"--body " => operands::find_chosen_words(text, end, 1, spans),
        b"secrets set " | b"kv put " => operands::find_all_assigned(text, end, spans),
        b"config set " => operands::find_setting(text, end, spans),
        b";p:" => operands::find_in_code_of_network(text, end, spans),
        b": eap " | b": xauth " => operands::find_word(text, end, spans),
        b"ntlm" | b"-hashes " => operands::find_hashes(text, end, spans),
        cue if cue.ends_with(b"(") => calls::find_behind_cue(text, start, end, spans),
        _ => codes::find_factor(text, start, end, spans),
    }
}
