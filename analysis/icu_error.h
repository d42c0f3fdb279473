// What every call of ICU that can fail is followed by.
#pragma once

#include <unicode/utypes.h>

#include <string>

#include "analysis/error.h"
#include "analysis/message.h"

namespace kwerenda {

// Throws Error{io} unless `status` is a success. `call` names the function for people who have to find out.
inline void check_icu(UErrorCode status, const char* call) {
  if (U_FAILURE(status)) {
    throw Error(ErrorKind::io,
                std::string("ICU: ") + call + ": " + u_errorName(status) +
                    message("; sprawdź, czy dane ICU 72 są zainstalowane (pakiet libicu72)",
                            "; check that the data of ICU 72 are installed (package libicu72)"));
  }
}

}  // namespace kwerenda
