#include "analysis/system_reason.h"

#include <cerrno>
#include <system_error>

#include "analysis/message.h"

namespace kwerenda {

std::string system_reason(int error) {
  switch (error) {
    case EACCES:
    case EPERM:
      return message("brak uprawnień", "permission denied");
    case ENOENT:
      return message("nie ma takiego pliku ani katalogu", "no such file or directory");
    case ENOTDIR:
      return message("część ścieżki nie jest katalogiem", "a part of the path is not a directory");
    case EISDIR:
      return message("to jest katalog", "it is a directory");
    case EEXIST:
      return message("już istnieje", "it exists already");
    case ENOTEMPTY:
      return message("katalog nie jest pusty", "the directory is not empty");
    case ENAMETOOLONG:
      return message("za długa nazwa", "the name is too long");
    case ELOOP:
      return message("za dużo dowiązań symbolicznych", "too many symbolic links");
    case EMFILE:
    case ENFILE:
      return message("za dużo otwartych plików (limit: ulimit -n)", "too many open files (limit: ulimit -n)");
    case ENOSPC:
      return message("brak miejsca na dysku", "no space left on the disk");
    case EDQUOT:
      return message("przekroczony przydział miejsca na dysku", "the disk quota is exceeded");
    case EFBIG:
      return message("przekroczony największy dozwolony rozmiar pliku (ulimit -f)",
                     "the greatest allowed file size is exceeded (ulimit -f)");
    case EROFS:
      return message("system plików jest tylko do odczytu", "the file system is read-only");
    case EIO:
      return message("błąd wejścia-wyjścia urządzenia", "input/output error of the device");
    case EXDEV:
      return message("to inny system plików", "it is another file system");
    case ESTALE:
      return message("plik zniknął z serwera", "the file has vanished from the server");
    case ENOMEM:
      return message("zabrakło pamięci", "memory ran out");
    case EAGAIN:
      return message("zasób chwilowo niedostępny", "the resource is temporarily unavailable");
    case EBUSY:
      return message("zasób jest zajęty", "the resource is busy");
    case ENOLCK:
      return message("brak wolnych blokad plików", "no file locks available");
    case EBADF:
      return message("strumień jest zamknięty", "the stream is closed");
    case EPIPE:
      return message("odbiorca zamknął potok", "the reader has closed the pipe");
    case EINVAL:
      return message("nieprawidłowy argument", "invalid argument");
    default:
      return std::system_category().message(error);
  }
}

}  // namespace kwerenda
