// Why a system call failed, for people.
#pragma once

#include <string>

namespace kwerenda {

// What errno `error` means in the language of messages, beginning with a small letter and without a full
// stop: "brak miejsca na dysku". What is not in the table of common ones is as strerror() has it, in English.
std::string system_reason(int error);

}  // namespace kwerenda
